/**
 * A step's own checks: functions on the worker that look at a whole answer and accept it or say what is wrong. Judges
 * among them are asked later, by the workflow: each judgement is a call of its own.
 */

import type { CheckReliability } from '../src/core/vocabulary/decision.ts';
import type { Json } from '../src/core/vocabulary/json.ts';
import { textOf, toolCallsOf } from '../src/core/vocabulary/transcript.ts';
import type { Conversation } from './conversation.ts';
import {
  type ActivityPorts,
  type CheckPort,
  InvocationFailure,
  type JudgePort,
  type ModelAnswer,
} from './ports.ts';

/** How far checks can be trusted together: all must accept. Absent where the step has none. */
export function reliabilityOf(names: readonly string[], verifiers: Verifiers): { check?: CheckReliability } {
  if (names.length === 0) return {};
  const all = names.map((name) => verifierOf(name, verifiers).reliability);
  return {
    check: {
      acceptsWrong: all.reduce((product, { acceptsWrong }) => product * acceptsWrong, 1),
      rejectsRight: 1 - all.reduce((product, { rejectsRight }) => product * (1 - rejectsRight), 1),
      costUsd: all.reduce((sum, { costUsd }) => sum + costUsd, 0),
    },
  };
}

/**
 * Runs the checks in their order, on an answer and not on a turn with tool calls.
 * @returns the judges that must still accept it
 * @throws InvocationFailure `check_failed` with what the first that rejects says, `invalid_request` where one breaks
 */
export async function verifyAnswer(
  answer: ModelAnswer,
  { verify, outputSchema }: Conversation,
  verifiers: Verifiers,
  signal: AbortSignal,
): Promise<{ judges?: readonly string[] }> {
  const { message } = answer;
  if (toolCallsOf(message).length > 0) return {};
  const said = outputSchema ? (JSON.parse(textOf(message)) as Json) : textOf(message);
  const refuse = (kind: 'check_failed' | 'invalid_request', why: string): never => {
    throw new InvocationFailure(kind, why, { billed: true, answer });
  };
  for (const name of verify) {
    const check = verifierOf(name, verifiers);
    if (!('run' in check)) continue;
    // Asynchronous, so that one that throws at once is caught as well.
    const run = async () => check.run(said, signal);
    const verdict = await run().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      return refuse('invalid_request', `Check "${name}" broke: ${why} Mend it under checks in the config.`);
    });
    if (verdict === true) continue;
    refuse('check_failed', `Check "${name}" rejects the answer${verdict === false ? '' : `: ${verdict}`}.`);
  }
  const judges = verify.filter((name) => verifiers.judges.has(name));
  return judges.length > 0 ? { judges } : {};
}

type Verifiers = Pick<ActivityPorts, 'checks' | 'judges'>;

function verifierOf(name: string, { checks, judges }: Verifiers): CheckPort | JudgePort {
  const verifier = checks.get(name) ?? judges.get(name);
  if (verifier) return verifier;
  const known = [...checks.keys(), ...judges.keys()].join(', ') || 'none';
  const message = `There is no check "${name}" on this worker; it has ${known}. Add it to checks in the config.`;
  throw new InvocationFailure('invalid_request', message, { billed: false });
}
