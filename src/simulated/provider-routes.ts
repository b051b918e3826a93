import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { complete } from './complete.ts';
import type { FaultBoard } from './fault-board.ts';
import { describeFault, lateMsOf } from './faults.ts';
import type { LatencyReplay } from './latency-replay.ts';
import type { Answer } from './models/conversation.ts';
import { embed } from './models/embed.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { hashConversation, type LogEntry, type RequestLog } from './request-log.ts';
import type { SimulatedModel, SimulatedProvider } from './simulated-providers.ts';
import { countTokens } from './tokens.ts';
import { hangUntilClosed, resetConnection, type Transmission, transmit } from './transmit.ts';
import { anthropicWire } from './wire/anthropic.ts';
import { googleWire } from './wire/google.ts';
import { openAiWire } from './wire/openai.ts';
import { responsesWire } from './wire/openai-responses.ts';
import { type Refusal, RefusedRequest, type Wire, type WireRequest } from './wire/wire.ts';

/** The context of a request: hono's, with Node's own request and response beside it. */
export type ProviderContext = Context<{ Bindings: HttpBindings }>;

const wires: Record<SimulatedProvider['wire'], Wire> = {
  'openai-compatible': openAiWire,
  anthropic: anthropicWire,
  openai: responsesWire,
  google: googleWire,
};

export interface ProviderRoutesOptions {
  readonly provider: SimulatedProvider;
  readonly board: FaultBoard;
  readonly log: RequestLog;
  readonly answer: Answer;
  readonly latencyScale: number;
  /** Takes the place of the models' own pace. */
  readonly latencies?: LatencyReplay | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What one provider serves below its base URL: answers in its wire format, and the list of its models. */
export function providerRoutes(options: ProviderRoutesOptions) {
  const { provider, board, log, answer, latencyScale, latencies } = options;
  const wire = wires[provider.wire];
  const routes = new Hono<{ Bindings: HttpBindings }>();

  routes.get('/models', (c) => {
    if (!wire.hasKey(c.req.raw.headers)) return refuse(c, wire.errors.keyMissing());
    return c.json(
      wire.models(
        provider.models.map(({ id }) => id),
        provider.name,
      ),
    );
  });

  /** One request, from its first line in the log to the end; `answer` is asked where nothing stops it. */
  const serve = async (
    c: ProviderContext,
    answer: (body: unknown, entry: LogEntry) => Response | Promise<Response>,
  ): Promise<Response> => {
    const entry = log.open(provider.name, c.req.raw.headers);
    noticeClose(c, entry, log);
    try {
      return await answer(await readRequest(c, wire), entry);
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      entry.outcome = `status ${error.refusal.status}`;
      return refuse(c, error.refusal);
    }
  };

  /** What stops a request that the model would take; else the fault of its answer, if it has one. */
  const strike = async (
    c: ProviderContext,
    model: SimulatedModel,
    entry: LogEntry,
  ): Promise<{ stopped: Response } | Pick<Transmission, 'fault' | 'lateMs'>> => {
    if (!passQuotas(c, model, entry, options)) throw new RefusedRequest(wire.errors.ofStatus(429));
    const fault = board.strike(provider.name, model.id);
    if (!fault) return { fault: undefined, lateMs: 0 };
    entry.outcome = describeFault(fault);
    if (fault.kind !== 'status') {
      const { kind } = fault;
      if (kind === 'reset') return { stopped: resetConnection(c) };
      if (kind === 'timeout') return { stopped: await hangUntilClosed(c) };
      return { fault: kind, lateMs: lateMsOf(fault) };
    }
    if (fault.retryAfterSeconds !== undefined) c.header('retry-after', String(fault.retryAfterSeconds));
    return { stopped: refuse(c, wire.errors.ofStatus(fault.status, fault)) };
  };

  const { embeddings } = wire;
  if (embeddings) {
    routes.post(embeddings.path, (c) =>
      serve(c, async (body, entry) => {
        const request = embeddings.read(body, c.req.path);
        entry.inputTokens = request.texts.reduce((sum, text) => sum + countTokens(text), 0);
        const model = modelOf(request.model, provider, wire, entry);
        const struck = await strike(c, model, entry);
        if ('stopped' in struck) return struck.stopped;
        if (!struck.fault) entry.outcome = 'answered';
        const vectors = request.texts.map(embed);
        return c.json(embeddings.whole(request, vectors, entry.inputTokens));
      }),
    );
  }

  routes.post(wire.path, (c) =>
    serve(c, async (body, entry) => {
      const request = wire.read(body, c.req.raw.headers, c.req.path);
      const model = admit(request, provider, wire, entry);
      const struck = await strike(c, model, entry);
      if ('stopped' in struck) return struck.stopped;
      const completion = complete(request, answer, model, entry);
      const paced = { ...model, ...latencies?.next(provider.name, model.id) };
      return transmit(c, { wire, request, model: paced, completion, entry, latencyScale, ...struck });
    }),
  );

  return routes;
}

/** The end of a request is told by its socket: whoever closes first, it is known at once. */
function noticeClose(c: ProviderContext, entry: LogEntry, log: RequestLog): void {
  const { outgoing } = c.env;
  outgoing.once('close', () => {
    if (!outgoing.writableFinished && ['open', 'answered'].includes(entry.outcome)) {
      entry.outcome = 'client closed';
    }
    log.end(entry);
  });
}

/** Tells in headers what is left of every quota, and whether the request is within all of them. */
function passQuotas(
  c: ProviderContext,
  model: SimulatedModel,
  entry: LogEntry,
  { provider, board, now }: ProviderRoutesOptions,
): boolean {
  const nowMs = now();
  const windows = board.quotas(provider.name, model.id);
  const taken = windows.map((window) => window.take(entry.inputTokens, nowMs));
  for (const { left } of taken) {
    const headers = rateLimitHeaders(provider.wire, left, nowMs);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  }
  const full = taken.flatMap(({ fits, left }) => (fits ? [] : [left.resetsAtMs - nowMs]));
  if (full.length > 0) {
    c.header('retry-after', String(Math.ceil(Math.max(...full) / 1_000)));
    return false;
  }
  c.env.outgoing.once('close', () => {
    for (const window of windows) window.answered(entry.outputTokens);
  });
  return true;
}

async function readRequest(c: ProviderContext, wire: Wire): Promise<unknown> {
  if (!wire.hasKey(c.req.raw.headers)) throw new RefusedRequest(wire.errors.keyMissing());
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequest(wire.errors.bodyUnreadable());
  }
}

/** Notes the request in the log, and checks it against the model's existence and limits. */
function admit(
  request: WireRequest,
  provider: SimulatedProvider,
  wire: Wire,
  entry: LogEntry,
): SimulatedModel {
  entry.streamed = request.streamed;
  entry.conversation = hashConversation(request);
  const { system, messages, tools } = request;
  entry.inputTokens =
    countTokens(system) +
    countTokens(messages.map(said).join('\n')) +
    (tools.length && countTokens(JSON.stringify(tools)));

  const model = modelOf(request.model, provider, wire, entry);
  if (request.maxTokens !== undefined && request.maxTokens > model.maxOutputTokens) {
    throw new RefusedRequest(wire.errors.outputLimitExceeded(request.maxTokens, model.maxOutputTokens));
  }
  if (entry.inputTokens > model.contextTokens) {
    throw new RefusedRequest(wire.errors.contextExceeded(entry.inputTokens, model.contextTokens));
  }
  return model;
}

function modelOf(id: string, { models }: SimulatedProvider, wire: Wire, entry: LogEntry): SimulatedModel {
  entry.model = id;
  const model = models.find((one) => one.id === id);
  if (!model) throw new RefusedRequest(wire.errors.modelUnknown(id));
  return model;
}

function said(message: WireRequest['messages'][number]): string {
  return message.role === 'assistant' && message.toolCalls.length > 0
    ? message.text + JSON.stringify(message.toolCalls.map(({ name, input }) => [name, input]))
    : message.text;
}

function refuse(c: ProviderContext, { status, body }: Refusal): Response {
  return c.json(body, status as ContentfulStatusCode);
}
