/**
 * What workflows call and activities implement, with the names both sides register. Everything here crosses the
 * activity boundary and therefore stands in history: it is JSON, and small.
 */

import type { Disposition } from '../failure/disposition.ts';
import type { Attempt, LostAttempt } from '../vocabulary/attempt.ts';
import type { BlobReference } from '../vocabulary/blob.ts';
import type { Decision, WrittenDecision } from '../vocabulary/decision.ts';
import type { Json, JsonObject } from '../vocabulary/json.ts';
import type { CallKind } from '../vocabulary/ledger.ts';
import type { AssistantMessage, TranscriptEntry, TranscriptReference } from '../vocabulary/transcript.ts';

export const INVOKE_MODEL = 'signalbox.invokeModel';
export const RUN_TOOL = 'signalbox.runTool';
export const CARRY_TRANSCRIPT = 'signalbox.carryTranscript';
export const COMPENSATE_EFFECT = 'signalbox.compensateEffect';
export const RECORD_LEDGER = 'signalbox.recordLedger';

export interface SignalboxActivities {
  [INVOKE_MODEL](input: InvokeModelInput): Promise<InvokeModelResult>;
  [RUN_TOOL](input: RunToolInput): Promise<RunToolResult>;
  /** Writes what a run has said so far into the history of the one that continues it, a megabyte at a time. */
  [CARRY_TRANSCRIPT](input: CarryTranscriptInput): Promise<CarryTranscriptResult>;
  /** Undoes an effect of a run that has failed. */
  [COMPENSATE_EFFECT](input: DoneEffect): Promise<void>;
  /** Writes what the run's attempts cost into the ledger, from the run's own history. */
  [RECORD_LEDGER](input: RecordLedgerInput): Promise<void>;
}

/** Six hours: what a reply may wait where its agent says nothing. */
export const PATIENCE_MS = 21_600_000;

/** What a call is for that is made on the step's behalf. */
export type BehalfKind = Exclude<CallKind, 'work' | 'repair'>;

/** One attempt at one turn. */
export interface InvokeModelInput {
  readonly agent: string;
  readonly step: string;
  /** The judge that is asked, where the call is not the step's own work but a check of its answer. */
  readonly judge?: string;
  /** From 1; a judge's is that of the answer. */
  readonly turn: number;
  /** Absent where it is the step's own work. */
  readonly callKind?: BehalfKind;
  /** Absent where the step names none: the worker infers one. */
  readonly taskClass?: string;
  readonly tenant?: string;
  /** What the conversation was before `delta`. */
  readonly transcript: TranscriptReference;
  /** Only what was added since the last answered call. */
  readonly delta: readonly TranscriptEntry[];
  /** The one endpoint to ask, where the walk retries in place. */
  readonly retry?: string;
  readonly avoid?: readonly string[];
  /** Those of `avoid` whose answers the step's checks rejected. */
  readonly rejected?: readonly string[];
  /** Endpoints whose context window the conversation is too long for. */
  readonly outgrown?: readonly string[];
  /** A person asked for this attempt: endpoints that rest are asked all the same. */
  readonly ignoreHealth?: true;
  /** Of the Decision with which the conversation was answered last: the next may be written as what differs from it. */
  readonly decisionId?: string;
  readonly allotmentMicros: number;
  /** Slept before the request: pauses too short for a workflow timer. */
  readonly pauseMs?: number;
  /** How long it may still wait for a limited endpoint that is worth it, in milliseconds. Default `PATIENCE_MS`. */
  readonly patienceMs?: number;
  /** How long it has waited for such a one already, in milliseconds; absent where it has not. */
  readonly waitedMs?: number;
  /** Why the last answer was not accepted, shown to the model. */
  readonly repair?: string;
}

export interface InvokeModelResult {
  readonly message: AssistantMessage;
  readonly attempt: Attempt;
  readonly decision: WrittenDecision;
  /** Attempts whose worker died before it could report, where there are any; settled at what they can have cost. */
  readonly lost?: readonly LostAttempt[];
  /** Of the transcript with `delta` and `message` appended. */
  readonly digest: string;
  /** The conversation goes on, and nears the largest window of those worth asking. */
  readonly crowded?: true;
  /** Judges who must still accept it, by name; absent where the step has none, and where it asks for tools. */
  readonly judges?: readonly string[];
  /** Of the tools that `message` calls, by name: those that are more than plain ones. */
  readonly tools?: Readonly<Record<string, ToolTraits>>;
}

/** What a workflow must know of a tool, which lives on the worker, before it has it run. */
export interface ToolTraits {
  /** It changes the world outside. */
  readonly effect?: true;
  /** Whose workers run it, where they are not the agent's. */
  readonly taskQueue?: string;
}

/** The one detail of the non-retryable `ApplicationFailure` that a failed attempt throws; its `type` is the kind. */
export interface AttemptFailure {
  readonly attempt: Attempt;
  readonly disposition: Disposition;
  readonly lost: readonly LostAttempt[];
  /** Absent where the failure came before the router was asked. */
  readonly decision?: WrittenDecision;
  /** No endpoint was left, and some would have been with a shorter conversation. */
  readonly tooLong?: boolean;
  /** The least allotment with which somebody might have been asked, where that is more than it had. */
  readonly neededMicros?: number;
}

/** As it is read, with its Decision whole. */
export type Read<T extends InvokeModelResult | AttemptFailure> = Omit<T, 'decision'> & {
  readonly [Field in keyof Pick<T, 'decision'>]: Decision;
};

export interface RunToolInput {
  readonly step: string;
  readonly toolName: string;
  readonly toolCallId: string;
  readonly input: Json;
  /** Given by the agent, not chosen by the model; absent where it gave none. */
  readonly context?: JsonObject;
  /** The most bytes of the result that history is to hold, where many calls share what a turn may carry. */
  readonly inlineBytes?: number;
  /** Of an effect: the same for the same call, whatever happens to its worker or its run. */
  readonly key?: string;
  /** Nobody knows what an earlier execution did, and a person says that it may run again. */
  readonly repeats?: true;
}

export interface RunToolResult {
  readonly output: Json;
  readonly isError: boolean;
  /** The output, where it is too large for history and `output` is only its beginning. */
  readonly blob?: BlobReference;
  /** It is an effect that was done and can be undone. */
  readonly undoable?: true;
}

/** The type of the failure of a tool call of which nobody knows whether it was done. Its message is our own words. */
export const EFFECT_UNKNOWN = 'effect_unknown';

/** An effect that was done, with what it takes to undo it. */
export interface DoneEffect {
  readonly call: RunToolInput & { readonly key: string };
  readonly output: Json;
  /** The output, where it is too large for history. */
  readonly blob?: BlobReference;
  /** Whose workers undo it, where they are not the agent's. */
  readonly taskQueue?: string;
}

export interface CarryTranscriptInput {
  /** The run that is continued; its workflow is the activity's own. */
  readonly runId: string;
  /** Steps that are done, whose answers are wanted. */
  readonly answers: readonly string[];
  /** Conversations that go on. */
  readonly transcripts: readonly TranscriptReference[];
  /** How many items were carried before. */
  readonly from: number;
}

export interface CarryTranscriptResult {
  readonly items: readonly CarriedItem[];
  /** Whether there are more items than these. */
  readonly more: boolean;
  /** What the conversations are called from here on, in the order asked for. */
  readonly transcripts: readonly TranscriptReference[];
}

export type CarriedItem =
  | { readonly step: string; readonly answer: AssistantMessage }
  | { readonly transcript: string; readonly entry: TranscriptEntry };

export interface RecordLedgerInput {
  /** Nothing will follow: the run is about to close. */
  readonly closing: boolean;
}
