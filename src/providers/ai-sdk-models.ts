/** The model port over the AI SDK's provider packages and undici. Always streams; delivers whole answers or none. */
import { APICallError } from '@ai-sdk/provider';
import { Agent, fetch as undiciFetch } from 'undici';
import {
  InvocationFailure,
  type ModelAnswer,
  type ModelCall,
  type ModelPort,
} from '../../activities/ports.ts';
import { kindOfRefusal, retryAfterMs } from '../core/failure/kind.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import { assemble, BrokenStream, messageOf } from './assemble.ts';
import { CallClock } from './deadlines.ts';
import { languageModel, type ResolvedProvider } from './language-model.ts';
import { callOptions } from './prompt.ts';

/** A refusal's body is read for typed codes up to this many characters. */
const BODY_CHARS = 4_000;
const CONNECT_MS = 5_000;

export class AiSdkModels implements ModelPort {
  readonly #providers: ReadonlyMap<string, ResolvedProvider>;
  // Deadlines are the call's own, so undici's are off; a dispatcher of ours so that nothing retries behind our back.
  readonly #agent = new Agent({ connect: { timeout: CONNECT_MS }, headersTimeout: 0, bodyTimeout: 0 });

  constructor(providers: ReadonlyMap<string, ResolvedProvider>) {
    this.#providers = providers;
  }

  async invoke(endpoint: Endpoint, call: ModelCall): Promise<ModelAnswer> {
    const provider = this.#providers.get(endpoint.provider)!;
    const clock = new CallClock(call.deadlines, call.signal);
    try {
      const model = languageModel(provider, endpoint.wireModel, this.#fetch);
      const { stream } = await model.doStream({ ...callOptions(call), abortSignal: clock.signal });
      const answer = await assemble(stream, () => clock.tick());
      return { ...answer, firstTokenMs: clock.firstTokenMs ?? 0 };
    } catch (error) {
      throw toInvocationFailure(error, clock);
    } finally {
      clock.stop();
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  // undici's own fetch with undici's own dispatcher: a dispatcher given to Node's built-in fetch may be of another version.
  readonly #fetch = ((input: string, init: RequestInit) =>
    undiciFetch(input, { ...init, dispatcher: this.#agent } as never)) as unknown as typeof globalThis.fetch;
}

function toInvocationFailure(error: unknown, clock: CallClock): InvocationFailure {
  const { passed } = clock;
  if (passed) {
    const kind = passed.which === 'first token' ? 'timed_out' : 'answer_incomplete';
    return new InvocationFailure(kind, passed.message, { billed: true });
  }
  if (error instanceof BrokenStream) return brokenStream(error);
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400)
    return refusal(error);
  if (APICallError.isInstance(error) && error.statusCode !== undefined) {
    // A success whose body could not be read as an answer.
    return new InvocationFailure('answer_incomplete', `The answer could not be read: ${error.message}`, {
      billed: true,
    });
  }
  return new InvocationFailure('unavailable', causesOf(error), { billed: false });
}

function refusal({
  statusCode = 0,
  responseHeaders = {},
  responseBody = '',
  message,
}: APICallError): InvocationFailure {
  const headers = Object.fromEntries(
    Object.entries(responseHeaders).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const kind = kindOfRefusal({ status: statusCode, headers, body: responseBody.slice(0, BODY_CHARS) });
  return new InvocationFailure(kind, `${statusCode} ${message}`, {
    billed: false,
    hintMs: retryAfterMs(headers, Date.now()),
  });
}

/** A stream that broke before anything came is a provider that is not there; after that, an answer cut short. */
function brokenStream({ message, usage, begun }: BrokenStream): InvocationFailure {
  return new InvocationFailure('answer_incomplete', message, { usage, billed: begun });
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
