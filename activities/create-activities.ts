import {
  CARRY_TRANSCRIPT,
  COMPENSATE_EFFECT,
  INVOKE_MODEL,
  RECORD_LEDGER,
  RUN_TOOL,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import { createCarryTranscript } from './carry-transcript.ts';
import { createCompensateEffect } from './compensate-effect.ts';
import { createInvokeModel } from './invoke-model.ts';
import type { ActivityPorts } from './ports.ts';
import { createRecordLedger } from './record-ledger.ts';
import { createRunTool } from './run-tool.ts';

/** Everything a worker registers, under the names history shows. */
export function createActivities(ports: ActivityPorts): SignalboxActivities {
  return {
    [INVOKE_MODEL]: createInvokeModel(ports),
    [RUN_TOOL]: createRunTool(ports),
    [CARRY_TRANSCRIPT]: createCarryTranscript(ports),
    [COMPENSATE_EFFECT]: createCompensateEffect(ports),
    [RECORD_LEDGER]: createRecordLedger(ports),
  };
}
