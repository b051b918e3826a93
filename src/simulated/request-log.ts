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

/** Counts of all requests seen since the log was cleared; nothing is ever dropped from them. */
export interface RequestCounts {
  /** Entries that the log no longer holds. */
  readonly dropped: number;
  /** By endpoint, `provider/model`, as asked for. */
  readonly endpoints: Readonly<Record<string, EndpointCounts>>;
}

export interface EndpointCounts {
  readonly requests: number;
  /** By outcome, of the requests that have ended. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Entries kept; older ones are dropped, and counted. */
export const LOG_CAPACITY = 10_000;

/** The requests seen, oldest first. */
export class RequestLog {
  readonly #now: () => number;
  #entries: LogEntry[] = [];
  #lastId = 0;
  #dropped = 0;
  #ended = new Map<string, Map<string, number>>();
  /** Under way, those that the log has dropped among them. */
  #open = new Set<LogEntry>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  open(provider: string, headers: Headers): LogEntry {
    this.#lastId += 1;
    const entry: LogEntry = {
      id: this.#lastId,
      provider,
      model: '',
      atMs: this.#now(),
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
    this.#open.add(entry);
    if (this.#entries.length > LOG_CAPACITY) {
      this.#entries.shift();
      this.#dropped += 1;
    }
    return entry;
  }

  /** Notes that the request is over, with the outcome that its entry then has. */
  end(entry: LogEntry): void {
    entry.endedMs = this.#now();
    // One that a cleared log has forgotten is not counted in the new one.
    if (!this.#open.delete(entry)) return;
    const outcomes = this.#ended.get(endpointOf(entry)) ?? new Map<string, number>();
    outcomes.set(entry.outcome, (outcomes.get(entry.outcome) ?? 0) + 1);
    this.#ended.set(endpointOf(entry), outcomes);
  }

  all(): LogEntry[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  counts(): RequestCounts {
    const open = Map.groupBy(this.#open, endpointOf);
    const names = [...new Set([...this.#ended.keys(), ...open.keys()])].sort();
    const endpoints = names.map((name): [string, EndpointCounts] => {
      const outcomes = this.#ended.get(name) ?? new Map<string, number>();
      const ended = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
      return [
        name,
        { requests: ended + (open.get(name)?.length ?? 0), outcomes: Object.fromEntries(outcomes) },
      ];
    });
    return { dropped: this.#dropped, endpoints: Object.fromEntries(endpoints) };
  }

  clear(): void {
    this.#entries = [];
    this.#dropped = 0;
    this.#ended = new Map();
    this.#open = new Set();
  }
}

const endpointOf = ({ provider, model }: LogEntry) => `${provider}/${model}`;

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
