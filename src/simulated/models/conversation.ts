/**
 * What a simulated model is asked and what it answers, whichever vendor's wire carried it.
 * The wires translate into these shapes, the models know nothing else.
 */

/** A JSON Schema as it arrived: any JSON value, read defensively. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface ToolOffer {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the tool's arguments. */
  readonly schema: JsonSchema;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly text: string };

/** Whether tools may be called: freely, not at all, at least one, or exactly the one named. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** `{ json }` holds the schema asked for, or null where any JSON object will do. */
export type AnswerFormat = 'text' | { readonly json: JsonSchema | null };

export interface Conversation {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolOffer[];
  readonly toolChoice: ToolChoice;
  /** True only where the request says so itself: several calls may then come in one reply. */
  readonly parallelToolCalls: boolean;
  readonly format: AnswerFormat;
  /** Longest answer, in characters, that is not cut off. */
  readonly maxCharacters: number;
}

/** What a model replies with: words, tool calls, or words and then calls. Ids of the calls are given by the wire. */
export interface Reply {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[];
}

/** How a model comes by its reply. */
export type Answer = (conversation: Conversation) => Reply;
