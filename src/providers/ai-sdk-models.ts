/** The model port over the AI SDK's provider packages and undici. Streams wherever it can; delivers whole answers or none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import {
  InvocationFailure,
  type ModelAnswer,
  type ModelCall,
  type ModelPort,
} from '../../activities/ports.ts';
import { kindInsideAnswer, kindOfRefusal } from '../core/failure/kind.ts';
import { retryHintMs } from '../core/failure/retry-hint.ts';
import { type Allowance, readHeadroom } from '../core/health/headroom.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import type { Deadlines } from '../core/vocabulary/task-class.ts';
import { assemble, BrokenStream, messageOf } from './assemble.ts';
import { CallClock } from './deadlines.ts';
import { BrokenResponse } from './http/broken-response.ts';
import { NO_PROXIES, newDispatcher, type Proxies } from './http/dispatcher.ts';
import { type HttpCall, providerFetch } from './http/provider-fetch.ts';
import { Turns } from './http/turns.ts';
import { PROVIDER_OPTIONS, type ResolvedProvider, sdkProvider } from './language-model.ts';
import type { LanguageModels } from './made-provider.ts';
import { callOptions } from './prompt.ts';
import { redact } from './redact.ts';
import { streamOf } from './stream-of.ts';

/** A provider's words are read for typed codes, and repeated, up to this many characters. */
const SAID_CHARS = 4_000;
/** How soon a provider is asked again that has as many calls under way as it may. */
const FULL_REST_MS = 1_000;

type ReadyProvider = ResolvedProvider & {
  /** By the key's fingerprint. */
  readonly ready: ReadonlyMap<string, { readonly secret: string; readonly sdk: LanguageModels }>;
  readonly turns: Turns;
};

export class AiSdkModels implements ModelPort {
  readonly #providers: ReadonlyMap<string, ReadyProvider>;
  readonly #dispatcher: Dispatcher;
  /** The call for which a provider of the AI SDK, which is made once, asks. */
  readonly #call = new AsyncLocalStorage<HttpCall>();

  /** @throws SignalboxError for an `sdk` that makes no provider */
  constructor(providers: ReadonlyMap<string, ResolvedProvider>, proxies: Proxies = NO_PROXIES) {
    this.#dispatcher = newDispatcher(proxies);
    const fetch = providerFetch(this.#dispatcher, this.#call);
    this.#providers = new Map(
      [...providers].map(([name, given]) => [
        name,
        {
          ...given,
          ready: new Map(
            given.keys.map(({ fingerprint, secret }) => [
              fingerprint,
              { secret, sdk: sdkProvider(given, secret, fetch) },
            ]),
          ),
          turns: new Turns(given.maxConcurrent),
        },
      ]),
    );
  }

  async invoke(endpoint: Endpoint, call: ModelCall): Promise<ModelAnswer> {
    const provider = this.#providers.get(endpoint.provider)!;
    const { turns } = provider;
    if (!(await turns.take(call.deadlines.connectMs, call.signal))) throw full(provider);
    try {
      return await this.#ask(provider, endpoint, call);
    } finally {
      turns.done();
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #ask(provider: ReadyProvider, endpoint: Endpoint, call: ModelCall): Promise<ModelAnswer> {
    const { ready, streams } = provider;
    const { sdk, secret } = ready.get(call.key)!;
    const clock = new CallClock(streams ? call.deadlines : totalOnly(call.deadlines), call.signal);
    let status: number | undefined;
    let headroom: readonly Allowance[] = [];
    const { signal } = clock;
    const asked: HttpCall = {
      ...{ expects: expected(provider), signal },
      connected: () => clock.connected(),
      answered: (given, headers) => {
        status = given;
        headroom = readHeadroom(headers, Date.now());
      },
    };
    const options = {
      ...callOptions(call, endpoint.id),
      providerOptions: PROVIDER_OPTIONS,
      abortSignal: signal,
    };
    try {
      const model = sdk.languageModel(endpoint.wireModel);
      const stream = await this.#call.run(asked, async () =>
        streams ? (await model.doStream(options)).stream : streamOf(await model.doGenerate(options)),
      );
      const answer = await assemble(stream, (characters) => {
        clock.tick();
        call.received(characters);
      });
      return { ...answer, firstTokenMs: clock.firstTokenMs ?? 0, headroom };
    } catch (error) {
      const { kind, message, ...about } = tellApart(error, clock, status);
      const said = redact(message.slice(0, SAID_CHARS), secret);
      throw new InvocationFailure(kind, said, { ...about, headroom });
    } finally {
      clock.stop();
    }
  }
}

/** What other providers of the AI SDK send is theirs to know; they may also fetch what is no answer, such as a token. */
const expected = ({ speaks, streams }: ResolvedProvider): HttpCall['expects'] =>
  typeof speaks === 'function' ? 'anything' : streams ? 'events' : 'json';

/** Our own limit, which says nothing of the provider's health: others are asked meanwhile. */
function full({ name, maxConcurrent }: ResolvedProvider): InvocationFailure {
  const message = `The ${maxConcurrent} calls that providers.${name}.maxConcurrent allows at once are under way.`;
  return new InvocationFailure('rate_limited', message, { billed: false, hintMs: FULL_REST_MS });
}

/** Of an answer that comes in one piece the first token is the last. */
const totalOnly = ({ connectMs, totalMs }: Deadlines): Deadlines => ({
  connectMs,
  firstTokenMs: totalMs,
  idleMs: totalMs,
  totalMs,
});

type Told = Pick<InvocationFailure, 'kind' | 'message' | 'billed'> & Partial<InvocationFailure>;

/** @param seen the status that came: the AI SDK gives an error inside a 200 one of its own making */
function tellApart(error: unknown, clock: CallClock, seen: number | undefined): Told {
  const { passed } = clock;
  if (passed?.which === 'connect') return { kind: 'unavailable', message: passed.message, billed: false };
  if (passed) {
    const kind = clock.firstTokenMs === undefined ? 'timed_out' : 'answer_incomplete';
    return { kind, message: passed.message, billed: true };
  }
  const broken = causesIn(error).find((cause) => cause instanceof BrokenResponse);
  if (broken) {
    const { kind, message, billed, lasting } = broken;
    return { kind, message, billed, lasting };
  }
  if (error instanceof BrokenStream) {
    const { message, usage, begun, cause } = error;
    // One that broke before anything came is not billed: there was no answer yet.
    const kind = begun ? 'answer_incomplete' : kindInsideAnswer(toldIn(cause));
    return { kind, message, usage, billed: begun };
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return { kind: 'parameter_unsupported', message: error.message, billed: false };
  }
  const status = seen ?? (APICallError.isInstance(error) ? error.statusCode : undefined);
  if (!APICallError.isInstance(error) || status === undefined) {
    return { kind: 'unavailable', message: causesOf(error), billed: false };
  }
  if (status < 400) {
    const kind = kindInsideAnswer(errorIn(error.responseBody));
    const billed = kind === 'answer_incomplete';
    return { kind, message: `The answer could not be read: ${error.message}`, billed };
  }
  return tellRefusal(error, status);
}

/** What a provider tells in a stream. Errors are our own and the AI SDK's, and may quote what a model says. */
const toldIn = (cause: unknown) => (cause instanceof Error ? '' : (JSON.stringify(cause) ?? ''));

/** The error in the body of a 200, which may also hold what a model says. The AI SDK gives some bodies parsed. */
function errorIn(body: unknown): string {
  try {
    const told = (typeof body === 'string' ? JSON.parse(body) : body) as Record<string, unknown>;
    const { error, response, type } = told;
    const { error: failed } = (response ?? {}) as Record<string, unknown>;
    return toldIn(error ?? failed ?? (type === 'error' ? told : undefined));
  } catch {
    return '';
  }
}

function tellRefusal(
  { responseHeaders = {}, responseBody = '', message }: APICallError,
  status: number,
): Told {
  const headers = Object.fromEntries(
    Object.entries(responseHeaders).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const refusal = { status, headers, body: responseBody.slice(0, SAID_CHARS) };
  return {
    kind: kindOfRefusal(refusal),
    message: `${status} ${message}`,
    billed: false,
    hintMs: retryHintMs(refusal, Date.now()),
    lasting: headers['x-should-retry'] === 'false',
  };
}

/** An error and what caused it, outermost first. */
function causesIn(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && causes.length < 5; at = (at as { cause?: unknown }).cause)
    causes.push(at);
  return causes;
}

/** `fetch failed` says nothing; its causes do. */
const causesOf = (error: unknown) => [...new Set(causesIn(error).map(messageOf))].filter(Boolean).join(': ');
