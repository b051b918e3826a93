import type { BehalfKind, ToolTraits } from '../src/core/contract/activities.ts';
import type { Parked } from '../src/core/contract/run.ts';
import type { FailureKind } from '../src/core/failure/kind.ts';
import type { WalkAction, WalkState } from '../src/core/failure/walk.ts';
import type { Attempt } from '../src/core/vocabulary/attempt.ts';
import type {
  AssistantMessage,
  ToolCallPart,
  ToolResultPart,
  TranscriptEntry,
  TranscriptReference,
} from '../src/core/vocabulary/transcript.ts';

/**
 * Where a step stands: all of it that must outlive a turn, as plain JSON, so that the turn loop can be left at the
 * beginning of any turn and entered again from here. What was answered stands by reference, what is new in full.
 */
export interface Conversation {
  readonly step: string;
  /** What it is had for on the step's behalf; absent where it is the step's own. */
  readonly callKind?: BehalfKind;
  /** Whose judgement it is, where it is one. */
  readonly judge?: string;
  /** Absent where the step names none. */
  readonly taskClass?: string;
  turn: number;
  turnsAllowed: number;
  transcript: TranscriptReference;
  delta: readonly TranscriptEntry[];
  /** How often its older messages have given way to a summary. */
  compactions: number;
  /** It nears the largest window, as the last answer showed. */
  crowded?: true;
  /** What the last answer asks for, until all of it has been done. */
  pending?: PendingTools;
  /** The last answer, where it asks for nothing more, until it is accepted or refused. */
  answer?: PendingAnswer;
  /** Answers that the step's schema or its judges refused since somebody last let it go on. */
  refused: readonly RefusedAnswer[];
  /** Tool calls that were not refused at once. */
  toolCalls: number;
  toolCallsAllowed: number;
  /** The last call asked for and what it gave, as hashes, and how often in a row it gave that. */
  lastCall?: { readonly call: number; readonly gave?: number; readonly times: number };
  /** Why it waits for a person. */
  parked?: ParkedStep;
  /** A person has let it go on since the last answer. */
  repaired?: true;
  /** The walk of this turn, while it waits for time to pass. */
  walk?: WaitingWalk;
  /** Of the Decision with which it was answered last. */
  decisionId?: string;
  /** The most that its last call could have cost, in micro-dollars; absent before the first. */
  worstCaseMicros?: number;
  /** Whose answers the step's checks rejected: the step is the harder for it, and nobody of them is asked again. */
  rejected: readonly string[];
  /** Whose windows it is too long for: only larger ones are asked from then on. */
  outgrown: readonly string[];
}

/** One in which nothing was said yet. */
export function newConversation(
  id: string,
  begins: Pick<Conversation, 'step' | 'callKind' | 'judge' | 'taskClass' | 'turn' | 'delta'>,
  allowed: { readonly turns: number; readonly toolCalls: number } = { turns: begins.turn, toolCalls: 0 },
): Conversation {
  return {
    ...begins,
    turnsAllowed: allowed.turns,
    transcript: { id, length: 0, digest: '' },
    compactions: 0,
    refused: [],
    toolCalls: 0,
    toolCallsAllowed: allowed.toolCalls,
    rejected: [],
    outgrown: [],
  };
}

/** Those whose answers were refused, too. */
export function askAllAgain(conversation: Conversation): void {
  conversation.refused = [];
  conversation.rejected = [];
}

/** Tool calls of one answer, and what has come of those that are done. */
export interface PendingTools {
  /** Of the answer. */
  readonly turn: number;
  readonly calls: readonly ToolCallPart[];
  /** What the worker says of the tools, by name; plain ones are not in it. */
  readonly tools: Readonly<Record<string, ToolTraits>>;
  /** By position in `calls`, for models give several calls the same id. */
  readonly results: Record<number, ToolResultPart>;
  /** Positions of the effects that a person has allowed. */
  readonly approved: number[];
  /** By position, why nobody knows whether an effect was done: it does not run until a person says so. */
  readonly doubts: Record<number, string>;
  /** Calls that wait for a person, each with its address. */
  parked: readonly ParkedStep[];
}

export interface PendingAnswer {
  readonly message: AssistantMessage;
  /** Who must still accept it, by name. */
  judges: readonly string[];
}

export interface RefusedAnswer {
  readonly endpoint: string;
  readonly kind: 'output_invalid' | 'check_failed';
  /** Who refused it, in words that hold nothing of the answer. */
  readonly by: string;
}

/** Its place in the run is the parking lot's to say. */
export type ParkedStep = Omit<Parked, 'number' | 'step'>;

export interface WaitingWalk {
  readonly state: WalkState;
  readonly action: WalkAction & { readonly do: 'attempt' };
  readonly untilMs: number;
  readonly failures: readonly WalkedFailure[];
}

/** What the rest of a walk must know of an attempt that failed. */
export interface WalkedFailure {
  readonly kind: FailureKind;
  readonly attempt: Attempt;
}

/** What a conversation rests on: what was said in it, or, where nothing was said yet, the one that it goes on from. */
export function foundationOf({ transcript, delta: [first] }: Conversation): TranscriptReference {
  return first?.role === 'compacted' ? first.of : transcript;
}

/** The same, by what it is called in the run that continues this one. */
export function rebase(conversation: Conversation, on: TranscriptReference): void {
  const [first, ...rest] = conversation.delta;
  if (first?.role === 'compacted') conversation.delta = [{ ...first, of: on }, ...rest];
  else conversation.transcript = on;
}
