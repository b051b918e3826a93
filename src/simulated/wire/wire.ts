import type { AnswerFormat, Message, ToolChoice, ToolOffer } from '../models/conversation.ts';
import type { EmbeddingWire } from './embedding-wires.ts';

/** A request understood: what to ask the model, and how the answer is to be sent. */
export interface WireRequest {
  readonly model: string;
  readonly streamed: boolean;
  /** Whether the last events of a stream tell the usage (OpenAI leaves it out unless asked). */
  readonly usageInStream: boolean;
  /** Tokens the answer may take; undefined where the wire lets the caller leave it out. */
  readonly maxTokens: number | undefined;
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolOffer[];
  readonly toolChoice: ToolChoice;
  readonly parallelToolCalls: boolean;
  readonly format: AnswerFormat;
  /** Whether what the model has thought comes back signed, to be sent along the next time. */
  readonly signed: boolean;
}

/** One piece of an answer. The input of a call is JSON text, cut short where the answer was. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: string };

/** A finished answer, ready to be put on the wire. */
export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly createdAtMs: number;
  readonly blocks: readonly Block[];
  /** True where the token limit cut the answer short. */
  readonly truncated: boolean;
  /** True where the vendor's filter ended it. */
  readonly filtered: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of what the model has thought, where it is sent. */
  readonly signature?: string;
}

/** One server-sent event, with the output tokens it carries. */
export interface WireEvent {
  readonly event?: string;
  readonly data: string;
  readonly tokens: number;
}

/** A stream in three acts, so that a fault can strike between them without knowing the wire. */
export interface EventScript {
  readonly opening: readonly WireEvent[];
  readonly content: readonly WireEvent[];
  readonly closing: readonly WireEvent[];
  /** Says only that it is over; not every wire has one. */
  readonly sentinel: readonly WireEvent[];
}

/** An error answer: a status and the vendor's own body for it. */
export interface Refusal {
  readonly status: number;
  readonly body: object;
}

/** What is wrong with a request body, in the terms both vendors use. */
export interface BodyIssue {
  /** Where: `messages`, `messages.0.role`, … */
  readonly path: readonly PropertyKey[];
  readonly missing: boolean;
  readonly message: string;
}

/** What a refusal says beyond its status. */
export interface AboutRefusal {
  readonly reason?: RefusalReason | undefined;
  /** Google says it in the body; the header is not the wire's. */
  readonly retryAfterSeconds?: number | undefined;
}

/** The vendor's error answers. */
export interface WireErrors {
  keyMissing(): Refusal;
  modelUnknown(model: string): Refusal;
  bodyUnreadable(): Refusal;
  bodyInvalid(issue: BodyIssue): Refusal;
  contextExceeded(tokens: number, limit: number): Refusal;
  outputLimitExceeded(asked: number, limit: number): Refusal;
  /** The body usual for a status, or for the named reason. */
  ofStatus(status: number, about?: AboutRefusal): Refusal;
  /** An error told inside a stream that began with 200, after so many events. */
  midStream(eventsSent: number): WireEvent;
}

/** Refusals that share a status with others but mean something else. */
export const refusalReasons = [
  'context_length_exceeded',
  'content_filter',
  'insufficient_quota',
  'unsupported_parameter',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** One vendor's wire format: how it names things, reads a request and writes an answer. */
export interface Wire {
  /** Below the provider's base URL, as hono matches it. */
  readonly path: '/chat/completions' | '/messages' | '/responses' | '/models/:call';
  readonly errors: WireErrors;
  /** Absent where the vendor has no embeddings. */
  readonly embeddings?: EmbeddingWire;
  /** Whether the headers hold a key. Any key will do. */
  hasKey(headers: Headers): boolean;
  /** Throws `RefusedRequest` for a body the vendor would refuse. */
  read(body: unknown, headers: Headers, path: string): WireRequest;
  whole(completion: Completion): object;
  script(completion: Completion, usageInStream: boolean): EventScript;
  models(ids: readonly string[], provider: string): object;
}

/** Thrown while a request is read; holds the answer to send. */
export class RefusedRequest extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`request refused with status ${refusal.status}`);
    this.name = 'RefusedRequest';
    this.refusal = refusal;
  }
}

/** Cuts the text of a streamed block into pieces of four tokens: fewer events, still a stream. */
export function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,16}/gu) ?? [];
}
