/** Names people see, and what the client and the workflow say to each other. All of it is public API. */
import type { FailureKind } from '../failure/kind.ts';
import type { RunState } from '../run/run-state.ts';
import type { Policy } from '../vocabulary/policy.ts';
import type { ToolCallPart } from '../vocabulary/transcript.ts';

/** Search attributes by name, with Temporal's type. A name or type here never changes. */
export const SEARCH_ATTRIBUTES = {
  SignalboxStatus: 'KEYWORD',
  SignalboxAgent: 'KEYWORD',
  SignalboxParked: 'KEYWORD',
  SignalboxTenant: 'KEYWORD',
  SignalboxLineage: 'KEYWORD',
  SignalboxLedger: 'KEYWORD',
  SignalboxTaskClass: 'KEYWORD_LIST',
  SignalboxModel: 'KEYWORD_LIST',
  SignalboxProvider: 'KEYWORD_LIST',
  SignalboxCostMicros: 'INT',
} as const;
export type SearchAttribute = keyof typeof SEARCH_ATTRIBUTES;

/** Updates that repair a parked run, or decide what it asks. */
export const RETRY_UPDATE = 'retry';
export const RAISE_CAP_UPDATE = 'raiseCap';
export const ABORT_UPDATE = 'abort';
export const APPROVE_UPDATE = 'approve';
export const DENY_UPDATE = 'deny';

/** Set on every run's memo while it is parked, so that a client can tell why without a worker. */
export const PARKED_MEMO = 'signalboxParked';

export type ParkReason =
  | 'attempts_exhausted'
  | 'request_refused'
  | 'cap_reached'
  | 'turns_used'
  | 'wall_used'
  | 'workers_lost'
  | 'payload_too_large'
  | 'tool_calls_used'
  | 'approval_needed'
  | 'effect_unknown'
  | 'compensation_failed';

/** Names one tool call of a step: `2.1` is the first of turn 2. */
export interface CallAddress {
  readonly step?: string;
  readonly call?: string;
}

/** Why a step waits for a person, and what to do about it. */
export interface Parked {
  /** From 1 within a run: the same park has the same number, whoever asks. */
  readonly number: number;
  readonly step: string;
  /** The tool call that waits, where it is one: `2.1` is the first of turn 2. */
  readonly call?: string;
  readonly reason: ParkReason;
  /** The last failure's kind, where one parked it. */
  readonly kind?: FailureKind;
  readonly message: string;
  /** What a person should do first, in a sentence. */
  readonly remedy: string;
  /** The update that then lets the step go on. */
  readonly update: typeof RETRY_UPDATE | typeof RAISE_CAP_UPDATE | typeof APPROVE_UPDATE;
}

/** The value of `SignalboxLedger` on a run that closed before its costs were in the ledger: workers write them later. */
export const LEDGER_DUE = 'due';

export const DEFAULT_TASK_QUEUE = 'signalbox';

/** The second argument of every agent's workflow: what the starter asks for, beside the agent's own input. */
export interface StartArguments {
  /** The most the run may spend, in USD; only lowers the agent's own limit. */
  readonly maxUsd?: number;
  /** Whose policy, budget and fairness apply. */
  readonly tenant?: string;
  /** The innermost layer of policy. */
  readonly policy?: Policy;
  /** Only from the run that this one continues. */
  readonly carried?: CarriedState;
}

/** What readers of a history that continues another must know of what came before. */
export interface CarriedState {
  readonly state: RunState;
  /** Steps that go on. */
  readonly conversations: readonly CarriedCalls[];
}

/** Of a step: the tool calls of its last answer that have yet to be done. */
export interface CarriedCalls {
  readonly step: string;
  readonly pending?: { readonly turn: number; readonly calls: readonly ToolCallPart[] };
}
