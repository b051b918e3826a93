import { createHash } from 'node:crypto';
import type { WireRequest } from './wire/wire.ts';

/** One request as the provider itself saw it: the independent witness in tests. */
export interface LogEntry {
  /** Rises by one a request. */
  readonly id: number;
  readonly provider: string;
  /** As asked for; empty where the request was refused before its body was understood. */
  model: string;
  /** When the request came, in milliseconds since the epoch. */
  readonly atMs: number;
  /** When it was answered, broken off or given up by the client; null while it is open. */
  endedMs: number | null;
  streamed: boolean;
  /** `open`, `answered`, `client closed`, `status 503`, or the kind of fault: `cut`, `stall`, … */
  outcome: string;
  inputTokens: number;
  /** Tokens sent, whether or not the answer was completed. */
  outputTokens: number;
  /** SHA-256 of system prompt and messages, alike on both wires: the same step asked twice has it twice. */
  conversation: string;
  /** The `x-signalbox-*` request headers, and `x-client-request-id`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Entries kept; older ones are forgotten. */
const CAPACITY = 10_000;

/** The requests seen, oldest first. */
export class RequestLog {
  #entries: LogEntry[] = [];
  #lastId = 0;

  open(provider: string, headers: Headers): LogEntry {
    this.#lastId += 1;
    const entry: LogEntry = {
      id: this.#lastId,
      provider,
      model: '',
      atMs: Date.now(),
      endedMs: null,
      streamed: false,
      outcome: 'open',
      inputTokens: 0,
      outputTokens: 0,
      conversation: '',
      headers: Object.fromEntries(
        [...headers].filter(([name]) => name.startsWith('x-signalbox-') || name === 'x-client-request-id'),
      ),
    };
    this.#entries.push(entry);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
    return entry;
  }

  all(): LogEntry[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.#entries = [];
  }
}

/** Call ids are left out, for they differ between vendors; so two wires agree on one conversation. */
export function hashConversation({ system, messages }: WireRequest): string {
  const said = messages.map((message) =>
    message.role === 'assistant'
      ? [message.role, message.text, message.toolCalls.map(({ name, input }) => [name, input])]
      : [message.role, message.text],
  );
  return createHash('sha256')
    .update(JSON.stringify([system, said]))
    .digest('hex');
}
