/** The model port over the AI SDK's provider packages and undici. Streams wherever it can; delivers whole answers or none. */
import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { Agent, Headers, Response, fetch as undiciFetch } from 'undici';
import {
  InvocationFailure,
  type ModelAnswer,
  type ModelCall,
  type ModelPort,
} from '../../activities/ports.ts';
import { kindOfRefusal } from '../core/failure/kind.ts';
import { retryHintMs } from '../core/failure/retry-hint.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import type { Deadlines } from '../core/vocabulary/task-class.ts';
import { assemble, BrokenStream, messageOf } from './assemble.ts';
import { CallClock } from './deadlines.ts';
import {
  type LanguageModels,
  PROVIDER_OPTIONS,
  type ResolvedProvider,
  sdkProvider,
} from './language-model.ts';
import { callOptions } from './prompt.ts';
import { redact } from './redact.ts';
import { streamOf } from './stream-of.ts';

/** A refusal's body is read for typed codes up to this many characters. */
const BODY_CHARS = 4_000;
const CONNECT_MS = 5_000;

export class AiSdkModels implements ModelPort {
  readonly #providers: ReadonlyMap<string, ResolvedProvider & { readonly sdk: LanguageModels }>;
  // Deadlines are the call's own, so undici's are off; a dispatcher of ours so that nothing retries behind our back.
  readonly #agent = new Agent({ connect: { timeout: CONNECT_MS }, headersTimeout: 0, bodyTimeout: 0 });

  constructor(providers: ReadonlyMap<string, ResolvedProvider>) {
    this.#providers = new Map(
      [...providers].map(([name, given]) => [name, { ...given, sdk: sdkProvider(given, this.#fetch) }]),
    );
  }

  async invoke(endpoint: Endpoint, call: ModelCall): Promise<ModelAnswer> {
    const provider = this.#providers.get(endpoint.provider)!;
    const clock = new CallClock(provider.streams ? call.deadlines : totalOnly(call.deadlines), call.signal);
    try {
      const model = provider.sdk.languageModel(endpoint.wireModel);
      const options = {
        ...callOptions(call, endpoint.id),
        providerOptions: PROVIDER_OPTIONS,
        abortSignal: clock.signal,
      };
      const stream = provider.streams
        ? (await model.doStream(options)).stream
        : streamOf(await model.doGenerate(options));
      const answer = await assemble(stream, (characters) => {
        clock.tick();
        call.received(characters);
      });
      return { ...answer, firstTokenMs: clock.firstTokenMs ?? 0 };
    } catch (error) {
      const { kind, message, ...about } = tellApart(error, clock);
      throw new InvocationFailure(kind, redact(message, provider.apiKey), about);
    } finally {
      clock.stop();
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  // undici's own fetch with undici's own dispatcher: a dispatcher given to Node's built-in fetch may be of another version.
  readonly #fetch = (async (input: string, init: RequestInit) => {
    const response = await undiciFetch(input, { ...init, dispatcher: this.#agent } as never);
    return withStatusTold(response);
  }) as unknown as typeof globalThis.fetch;
}

/** The AI SDK gives an error that came inside a 200 a status of its own making; this keeps the one that came. */
const STATUS_HEADER = 'x-signalbox-http-status';

function withStatusTold({ body, status, headers }: Response): Response {
  const told = new Headers(headers);
  told.set(STATUS_HEADER, String(status));
  return new Response(body, { status, headers: told });
}

/** Of an answer that comes in one piece the first token is the last. */
const totalOnly = ({ totalMs }: Deadlines): Deadlines => ({
  firstTokenMs: totalMs,
  idleMs: totalMs,
  totalMs,
});

type Told = Pick<InvocationFailure, 'kind' | 'message' | 'billed'> & Partial<InvocationFailure>;

function tellApart(error: unknown, clock: CallClock): Told {
  const { passed } = clock;
  if (passed) {
    const kind = clock.firstTokenMs === undefined ? 'timed_out' : 'answer_incomplete';
    return { kind, message: passed.message, billed: true };
  }
  if (error instanceof BrokenStream) {
    // One that broke before anything came is not billed: there was no answer yet.
    return { kind: 'answer_incomplete', message: error.message, usage: error.usage, billed: error.begun };
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return { kind: 'parameter_unsupported', message: error.message, billed: false };
  }
  if (!APICallError.isInstance(error) || error.statusCode === undefined) {
    return { kind: 'unavailable', message: causesOf(error), billed: false };
  }
  const status = Number(error.responseHeaders?.[STATUS_HEADER] ?? error.statusCode);
  if (status < 400) {
    return {
      kind: 'answer_incomplete',
      message: `The answer could not be read: ${error.message}`,
      billed: true,
    };
  }
  return tellRefusal(error, status);
}

function tellRefusal(
  { responseHeaders = {}, responseBody = '', message }: APICallError,
  status: number,
): Told {
  const headers = Object.fromEntries(
    Object.entries(responseHeaders).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const refusal = { status, headers, body: responseBody.slice(0, BODY_CHARS) };
  return {
    kind: kindOfRefusal(refusal),
    message: `${status} ${message}`,
    billed: false,
    hintMs: retryHintMs(refusal, Date.now()),
    lasting: headers['x-should-retry'] === 'false',
  };
}

/** `fetch failed` says nothing; its causes do. */
function causesOf(error: unknown): string {
  const messages: string[] = [];
  for (
    let at: unknown = error, depth = 0;
    at !== undefined && depth < 5;
    at = (at as { cause?: unknown }).cause, depth++
  ) {
    const message = messageOf(at);
    if (message && !messages.includes(message)) messages.push(message);
  }
  return messages.join(': ');
}
