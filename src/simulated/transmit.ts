import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Strike } from './faults.ts';
import type { ProviderContext } from './provider-routes.ts';
import type { LogEntry } from './request-log.ts';
import type { SimulatedModel } from './simulated-providers.ts';
import { countTokens } from './tokens.ts';
import type { Completion, Wire, WireEvent, WireRequest } from './wire/wire.ts';

/** An answer to be sent, and what is to go wrong with it. */
export interface Transmission {
  readonly wire: Wire;
  readonly request: WireRequest;
  readonly model: SimulatedModel;
  readonly completion: Completion;
  readonly entry: LogEntry;
  readonly latencyScale: number;
  readonly fault: Exclude<Strike['kind'], 'status' | 'reset' | 'timeout'> | undefined;
  /** How much later than the model's own the first token is. */
  readonly lateMs: number;
}

/** Sends an answer at the model's pace, streamed or whole, with the fault that struck it. */
export function transmit(
  c: ProviderContext,
  { completion, ...given }: Transmission,
): Response | Promise<Response> {
  const transmission = { ...given, completion: said(completion, given.fault) };
  return transmission.request.streamed ? sendStream(c, transmission) : sendWhole(c, transmission);
}

/** Faults of what is said or counted, and not of how it is sent. */
const SENT_TO_THE_END: ReadonlySet<Strike['kind']> = new Set([
  ...(['empty', 'slow', 'no-sentinel', 'refusal', 'misshapen', 'wrong-usage'] as const),
]);

/** What is answered under a fault. */
function said(completion: Completion, fault: Transmission['fault']): Completion {
  switch (fault) {
    case 'empty':
      return { ...completion, blocks: [], outputTokens: 0 };
    case 'refusal':
      return { ...completion, blocks: [], outputTokens: 0, filtered: true };
    case 'misshapen':
      return {
        ...completion,
        blocks: [{ kind: 'text', text: MISSHAPEN }],
        outputTokens: countTokens(MISSHAPEN),
      };
    case 'wrong-usage':
      return { ...completion, inputTokens: completion.inputTokens * 1_000_000 + 1_000_000_000 };
    default:
      return completion;
  }
}

const MISSHAPEN = JSON.stringify({ unasked: 'This is of another shape than was asked for.' });

/** Resets the socket (RST, not FIN) before any header. */
export function resetConnection(c: ProviderContext): Response {
  c.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

/** Never answers; ends when the client, or the server, closes the socket. */
export async function hangUntilClosed(c: ProviderContext): Promise<Response> {
  await closed(c);
  return RESPONSE_ALREADY_SENT;
}

function sendStream(c: ProviderContext, transmission: Transmission): Response {
  const { wire, completion, request, entry, fault } = transmission;
  const script = wire.script(completion, request.usageInStream);
  const half = Math.ceil(script.content.length / 2);

  return streamSSE(c, async (stream) => {
    const pace = startPace(c, transmission);
    const send = async (events: readonly WireEvent[]) => {
      for (const event of events) {
        await pace.waitFor(event.tokens);
        await write(stream, event);
        entry.outputTokens += event.tokens;
      }
    };
    try {
      if (fault === 'silence') return await closed(c);
      await send(script.opening);
      if (fault === undefined || SENT_TO_THE_END.has(fault)) {
        await send(script.content);
        if (fault === undefined) entry.outcome = 'answered';
        await send(script.closing);
        return await send(fault === 'no-sentinel' ? [] : script.sentinel);
      }
      await send(script.content.slice(0, half));
      if (fault === 'stall') return await closed(c);
      if (fault === 'cut') return await destroyAfterFlush(c);
      if (fault === 'error-in-200') {
        return await write(stream, wire.errors.midStream(script.opening.length + half));
      }
      const broken = script.content[half] ?? script.closing[0]!;
      await write(stream, breakOff(broken));
      entry.outputTokens += broken.tokens;
      await send(script.content.slice(half + 1));
      await send([...script.closing, ...script.sentinel]);
    } catch (error) {
      if (!c.env.outgoing.destroyed) throw error;
    }
  });
}

async function write(stream: SSEStreamingApi, { event, data }: WireEvent): Promise<void> {
  await stream.writeSSE({ data, ...(event && { event }) });
}

function breakOff(event: WireEvent): WireEvent {
  return { ...event, data: event.data.slice(0, Math.ceil(event.data.length / 2)) };
}

async function sendWhole(c: ProviderContext, transmission: Transmission): Promise<Response> {
  const { wire, completion, entry, fault } = transmission;
  try {
    await startPace(c, transmission).waitFor(completion.outputTokens);
  } catch {
    return RESPONSE_ALREADY_SENT; // the client is gone
  }
  if (fault === undefined || SENT_TO_THE_END.has(fault)) {
    if (fault === undefined) entry.outcome = 'answered';
    entry.outputTokens = completion.outputTokens;
    return c.json(wire.whole(completion));
  }
  if (fault === 'error-in-200') return c.json(wire.errors.ofStatus(500).body);

  const body = JSON.stringify(wire.whole(completion));
  const half = body.slice(0, Math.ceil(body.length / 2));
  if (fault === 'malformed') return c.body(half, 200, { 'content-type': 'application/json' });
  if (fault === 'cut') return sendPart(c, body, half, destroyAfterFlush);
  return sendPart(c, body, fault === 'silence' ? '' : half, closed);
}

/** Promises the whole body in `content-length`, sends a part, and then lets it end another way. */
async function sendPart(
  c: ProviderContext,
  body: string,
  part: string,
  end: (c: ProviderContext) => Promise<void>,
): Promise<Response> {
  const { outgoing } = c.env;
  outgoing.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-signalbox-simulated': 'true',
  });
  outgoing.flushHeaders();
  if (part) outgoing.write(part);
  await end(c);
  return RESPONSE_ALREADY_SENT;
}

/** Long enough for what was written to reach the client before the socket goes. */
const FLUSH_MS = 20;

async function destroyAfterFlush(c: ProviderContext): Promise<void> {
  await sleep(FLUSH_MS);
  c.env.incoming.socket.destroy();
}

function closed(c: ProviderContext): Promise<void> {
  const { outgoing } = c.env;
  return new Promise((resolve) => {
    if (outgoing.closed) resolve();
    else outgoing.once('close', resolve);
  });
}

/** A token comes when its turn comes, counted from the start, so that slow timers do not add up. */
function startPace(c: ProviderContext, { model, latencyScale, lateMs }: Transmission) {
  const startedMs = Date.now() + lateMs;
  const gone = new AbortController();
  c.env.outgoing.once('close', () => gone.abort());
  let tokens = 0;
  return {
    /** Rejects when the client closes the socket. */
    async waitFor(more: number): Promise<void> {
      gone.signal.throwIfAborted();
      if (more === 0) return;
      tokens += more;
      const dueMs = startedMs + (model.firstTokenMs + (tokens * 1000) / model.tokensPerSecond) * latencyScale;
      const waitMs = dueMs - Date.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: gone.signal });
    },
  };
}
