import type { BlobReference } from './blob.ts';
import type { Json, JsonObject } from './json.ts';
import type { Policy } from './policy.ts';

/**
 * A conversation, append-only. Its first entry is the set-up of the step, so that the system prompt, the tools and the
 * output schema travel once; the rest are messages in the AI SDK's shapes. One that outgrew its models begins with what
 * it goes on from, and one that was had to shorten another begins with a passage of that: both by reference.
 */
export type TranscriptEntry = ShownEntry | CompactedEntry | PassageEntry;
/** What stands for itself. */
export type ShownEntry = SetupEntry | Message;
export type Message = UserMessage | AssistantMessage | ToolMessage;

export interface SetupEntry {
  readonly role: 'setup';
  readonly system?: string;
  /** By name; schemas live on the worker. */
  readonly tools: readonly string[];
  /** JSON Schema (draft 2020-12) of the answer, where one is asked for. */
  readonly outputSchema?: JsonObject;
  /** Names of checks that an answer must pass. */
  readonly verify?: readonly string[];
  /** This is no step's own work but a check of it: a judge's, by name, of the answer that ends the transcript given. */
  readonly judge?: { readonly check: string; readonly of: TranscriptReference };
  /** The layers of policy that come with the request. */
  readonly policies?: RequestPolicies;
}

/** Stands for another conversation, whose older messages a summary takes the place of. */
export interface CompactedEntry extends Compaction {
  readonly role: 'compacted';
  readonly summary: string;
}

/** Stands for the request to summarise some of the older messages of another conversation. */
export interface PassageEntry extends Compaction {
  readonly role: 'passage';
  /** Which of the `pieces`, all about as many messages, that what is older is cut into; from 0. */
  readonly piece: number;
  readonly pieces: number;
}

/** Which conversation, and how many of its last messages are no part of what is older. */
export interface Compaction {
  readonly of: TranscriptReference;
  readonly keep: number;
}

/** Each may only tighten what those before it, and the worker's own, say. */
export interface RequestPolicies {
  readonly agent?: Policy;
  readonly step?: Policy;
  readonly request?: Policy;
}

export interface UserMessage {
  readonly role: 'user';
  readonly content: Prompt;
}

/** Words, or words and files. */
export type Prompt = string | readonly (TextPart | FilePart)[];

export interface FilePart {
  readonly type: 'file';
  /** Base64. It stands in history as it is, so that it must be small. */
  readonly data: string;
  /** IANA's, e.g. `image/png`, `application/pdf`. */
  readonly mediaType: string;
  readonly filename?: string;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: readonly AssistantPart[];
  /** Who said it, whose marks are in it. */
  readonly endpoint?: string;
}

export type AssistantPart = TextPart | ReasoningPart | ToolCallPart;

/** What a vendor wants to have back as it was with a part of an answer, by vendor: signatures, ids of its own. */
interface Marked {
  readonly providerOptions?: Readonly<Record<string, JsonObject>>;
}

/** Of an answer that was too large for history only the beginning stands there: the text is a blob. */
interface Kept {
  readonly blob?: BlobReference;
}

export interface TextPart extends Marked, Kept {
  readonly type: 'text';
  readonly text: string;
}

/** Kept where the vendor signed it, for it then asks to have it back. */
export interface ReasoningPart extends Marked, Kept {
  readonly type: 'reasoning';
  readonly text: string;
}

export interface ToolCallPart extends Marked {
  readonly type: 'tool-call';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: Json;
}

export interface ToolMessage {
  readonly role: 'tool';
  readonly content: readonly ToolResultPart[];
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: Json;
  /** A failure is shown to the model as data. */
  readonly isError: boolean;
  /** The output, where `output` is only its beginning. */
  readonly blob?: BlobReference;
}

/** Points at the first `length` entries of a transcript without carrying them. */
export interface TranscriptReference {
  /** Unique within the run: the step's name, and another one each time that its conversation was compacted. */
  readonly id: string;
  readonly length: number;
  /** `h(n) = H(h(n−1), entry n)`, hex; `''` for none. */
  readonly digest: string;
}

/** The words of a prompt. */
export function wordsOf(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt;
  return prompt.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

export function filesOf(prompt: Prompt): FilePart[] {
  return typeof prompt === 'string' ? [] : prompt.filter((part) => part.type === 'file');
}

export function textOf(message: AssistantMessage): string {
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export function toolCallsOf(message: AssistantMessage): ToolCallPart[] {
  return message.content.filter((part) => part.type === 'tool-call');
}
