/** What activities need from the worker. Implementations live in `src/providers`, `src/history` and `src/worker`. */

import type { FailureKind } from '../src/core/failure/kind.ts';
import type { HealthEvent } from '../src/core/health/endpoint-health.ts';
import type { Allowance } from '../src/core/health/headroom.ts';
import type { IndexedCatalog } from '../src/core/routing/catalog-index.ts';
import type { Exploration } from '../src/core/routing/explore.ts';
import type { Governance } from '../src/core/routing/governance.ts';
import type { ClassInferrer } from '../src/core/routing/infer-task-class.ts';
import type { LearntRoutes } from '../src/core/routing/quality-index.ts';
import type { Health } from '../src/core/routing/request.ts';
import type { Usage } from '../src/core/vocabulary/attempt.ts';
import type { BlobReference } from '../src/core/vocabulary/blob.ts';
import type { Cap, CapReached } from '../src/core/vocabulary/cap.ts';
import type { CheckReliability } from '../src/core/vocabulary/decision.ts';
import type { Json, JsonObject } from '../src/core/vocabulary/json.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import type { Deadlines, TaskClass } from '../src/core/vocabulary/task-class.ts';
import type {
  AssistantMessage,
  Message,
  ShownEntry,
  TranscriptEntry,
  TranscriptReference,
} from '../src/core/vocabulary/transcript.ts';

export interface ActivityPorts {
  readonly catalog: IndexedCatalog;
  readonly governance: Governance;
  readonly taskClasses: ReadonlyMap<string, TaskClass>;
  /** Absent means that nothing was learnt. */
  readonly quality?: LearntRoutes;
  /** Absent means that no texts were learnt from: a step that names no class is of the default one. */
  readonly classInferrer?: ClassInferrer;
  readonly exploration?: Exploration;
  readonly models: ModelPort;
  readonly transcripts: TranscriptPort;
  readonly blobs: BlobPort;
  readonly health: HealthPort;
  readonly heartbeats: HeartbeatPort;
  readonly budgets: BudgetPort;
  readonly ledger: LedgerPort;
  readonly tools: ReadonlyMap<string, ToolPort>;
  readonly checks: ReadonlyMap<string, CheckPort>;
  readonly judges: ReadonlyMap<string, JudgePort>;
}

/** Asks a model. */
export interface ModelPort {
  /**
   * Resolves with a whole answer: it has a finish reason, and nothing in its stream was an error.
   * @throws InvocationFailure for everything else
   */
  invoke(endpoint: Endpoint, call: ModelCall): Promise<ModelAnswer>;
}

export interface ModelCall {
  readonly system?: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDeclaration[];
  readonly outputSchema?: JsonObject;
  readonly maxOutputTokens: number;
  readonly deadlines: Deadlines;
  /** Called for each piece of the answer, whole or not, with its length in characters. */
  readonly received: (characters: number) => void;
  /** The fingerprint of the key to ask with. */
  readonly key: string;
  /** Cancels the call; the socket is closed at once. */
  readonly signal: AbortSignal;
  /** Sent along so that a provider's log can be matched with a run. */
  readonly labels: {
    readonly run: string;
    readonly step: string;
    readonly turn: string;
    readonly requestId: string;
  };
}

export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

export interface ModelAnswer {
  readonly message: AssistantMessage;
  readonly finishReason: string;
  readonly servedModel?: string;
  readonly usage?: Usage;
  /** What the provider says that it billed, in micro-dollars. */
  readonly reportedMicros?: number;
  readonly firstTokenMs: number;
  /** What is left of the key's limits, where the provider says. */
  readonly headroom: readonly Allowance[];
}

/** Turns texts into vectors. */
export interface EmbeddingPort {
  /** @throws InvocationFailure */
  embed(endpoint: Endpoint, call: EmbeddingCall): Promise<EmbeddingAnswer>;
}

export interface EmbeddingCall extends Pick<ModelCall, 'key' | 'deadlines' | 'signal'> {
  readonly texts: readonly string[];
}

export interface EmbeddingAnswer extends Pick<ModelAnswer, 'headroom'> {
  /** One for each text, in their order, all of one length. */
  readonly vectors: readonly (readonly number[])[];
  /** Absent where the provider never said. */
  readonly inputTokens?: number;
}

/** Why a call gave no answer, already told apart. */
export class InvocationFailure extends Error {
  readonly kind: FailureKind;
  /** How long the provider asks us to stay away, in milliseconds. */
  readonly hintMs: number | undefined;
  /** Absent where the provider never said; tokens may still have been billed where `billed`. */
  readonly usage: Usage | undefined;
  /** Whether the provider may charge for the call: the answer had begun, or nobody knows. */
  readonly billed: boolean;
  /** The provider says that asking the same endpoint again will not help. */
  readonly lasting: boolean;
  /** What is left of the key's limits, where the provider says. */
  readonly headroom: readonly Allowance[];
  /** What was answered, where that is what failed. */
  readonly answer: ModelAnswer | undefined;
  /** False where a limit of our own kept the call from being made: it says nothing of the endpoint. */
  readonly asked: boolean;
  /** Nobody was asked, because the conversation is too long for some endpoint and the others are ruled out. */
  readonly tooLong: boolean;
  /** Nobody was asked, and with this allotment somebody might have been. */
  readonly neededMicros: number | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    about: {
      readonly hintMs?: number | undefined;
      /** Default: that of the `answer`. */
      readonly usage?: Usage | undefined;
      readonly billed: boolean;
      readonly lasting?: boolean | undefined;
      readonly tooLong?: boolean | undefined;
      readonly neededMicros?: number | undefined;
      /** Default true. */
      readonly asked?: boolean;
      readonly answer?: ModelAnswer | undefined;
      /** Default: none said. */
      readonly headroom?: readonly Allowance[];
    },
  ) {
    super(message);
    this.name = 'InvocationFailure';
    this.kind = kind;
    this.hintMs = about.hintMs;
    this.usage = about.usage ?? about.answer?.usage;
    this.billed = about.billed;
    this.lasting = about.lasting ?? false;
    this.tooLong = about.tooLong ?? false;
    this.neededMicros = about.neededMicros;
    this.asked = about.asked ?? true;
    this.answer = about.answer;
    this.headroom = about.headroom ?? [];
  }
}

/** Resolves references to conversations. */
export interface TranscriptPort {
  /**
   * @param runId whose history has it; by default the run whose activity is executing
   * @returns the conversation as a model is shown it
   * @throws Error where no copy with the reference's digest can be had
   */
  resolve(reference: TranscriptReference, runId?: string): Promise<readonly ShownEntry[]>;
  /** What entries stand for that are about another conversation of this run; the others stand for themselves. */
  shown(entries: readonly TranscriptEntry[]): Promise<readonly ShownEntry[]>;
  /** What steps of a run were answered last, by step. @throws Error where the history has no answer of one */
  answers(runId: string, steps: readonly string[]): Promise<ReadonlyMap<string, AssistantMessage>>;
  /** Remembers a conversation under the digest of all its entries. */
  remember(digest: string, entries: readonly ShownEntry[]): void;
}

/** JSON that is too large for history. */
export interface BlobPort {
  /** Resolves once it is where every worker finds it. @throws Error where it cannot be kept */
  put(value: Json): Promise<BlobReference>;
  /** @throws SignalboxError where it is lost or damaged, Error where nobody can say now */
  get(reference: BlobReference): Promise<Json>;
}

/** How endpoints and their keys are doing, as the fleet has seen it. */
export interface HealthPort {
  snapshot(): Health;
  /** The fingerprint of a key to ask with, another one each time where several may be used. */
  keyFor(endpoint: Endpoint): string;
  /** How many keys may be used for the endpoint now. */
  usableKeys(endpoint: Endpoint): number;
  /**
   * To be called before an endpoint is asked. Where it has rested, one call of all the fleet's may be the probe.
   * @returns `taken` where another call is it: `snapshot` says so from then on, and the endpoint must not be asked
   */
  claim(endpoint: Endpoint): Promise<'free' | 'probe' | 'taken'>;
  record(endpoint: Endpoint, event: HealthEvent): void;
  /** Takes a key out until it is replaced, a day comes or somebody brings it back, and says so loudly. */
  quarantine(provider: string, key: string, kind: FailureKind, reason: string): void;
}

/** Heartbeats that have arrived, where Temporal's own are sent when it suits them. */
export interface HeartbeatPort {
  /**
   * Resolves once the server has the details of the activity that is executing.
   * @throws ApplicationFailure, to be retried, where it does not take them
   */
  send(details: unknown): Promise<void>;
}

/** Money that many workers share. */
export interface BudgetPort {
  /**
   * Sets money aside under a request's id, in all of the caps or in none; saying it again changes nothing.
   * @returns the cap that has no room, undefined where it was granted
   * @throws Error where nobody can say, because the database is away
   */
  reserve(requestId: string, caps: readonly Cap[], micros: number): Promise<CapReached | undefined>;
  /** Puts what a request cost in the place of what was set aside. Never rejects: what fails here is done with the ledger. */
  settle(requestId: string, micros: number): Promise<void>;
}

/** What every attempt cost. */
export interface LedgerPort {
  /**
   * Writes the rows of a run from its history, and settles what they have reserved; writing them again changes nothing.
   * @param closing whether the run's history will hold no more attempts
   * @throws Error where the database is away
   */
  record(run: { readonly workflowId: string; readonly runId: string }, closing: boolean): Promise<void>;
}

/** A tool as its activity sees it. */
export interface ToolPort extends ToolDeclaration {
  readonly kind: 'safe' | 'effect';
  readonly retries: number;
  /** Calls at once on this worker. */
  readonly concurrency: number;
  /** Whose workers run it, where they are not the agent's. */
  readonly taskQueue?: string;
  /** @throws Error with a message for the model where the input does not fit or the tool fails */
  run(call: ToolCall): Promise<Json>;
  /** Looks whether an effect was done by an earlier execution. @throws Error where nobody can say */
  reconcile?(
    call: ToolCall,
  ): Promise<{ readonly done: true; readonly output: Json } | { readonly done: false }>;
  /** Undoes an effect that was done. @throws Error where it could not */
  compensate?(call: ToolCall, output: Json): Promise<void>;
}

export interface ToolCall {
  readonly input: Json;
  readonly context: JsonObject;
  /** Empty for a safe tool. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** A step's own check as its activity sees it. */
export interface CheckPort {
  readonly reliability: CheckReliability;
  /** @returns true, or what is wrong in words that the model is shown @throws Error where the check itself breaks */
  run(answer: Json, signal: AbortSignal): Promise<boolean | string>;
}

/** A check that a model makes, in a call of its own. */
export interface JudgePort {
  readonly reliability: CheckReliability;
  readonly rubric: string;
  /** The class of the call. */
  readonly task: string;
}
