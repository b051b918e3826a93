/** The ports of language and embedding models over the AI SDK's provider packages and undici. Streams wherever it can; delivers whole answers or none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { NoSuchModelError } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import {
  type EmbeddingAnswer,
  type EmbeddingCall,
  type EmbeddingPort,
  InvocationFailure,
  type ModelAnswer,
  type ModelCall,
  type ModelPort,
} from '../../activities/ports.ts';
import { type Allowance, readHeadroom } from '../core/health/headroom.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import type { Deadlines } from '../core/vocabulary/task-class.ts';
import { assemble } from './assemble.ts';
import { CallClock } from './deadlines.ts';
import { embedAll } from './embed-all.ts';
import { NO_PROXIES, newDispatcher, type Proxies } from './http/dispatcher.ts';
import { type HttpCall, providerFetch } from './http/provider-fetch.ts';
import { Turns } from './http/turns.ts';
import { type ResolvedProvider, sdkProvider } from './language-model.ts';
import type { SdkModels } from './made-provider.ts';
import { callOptions } from './prompt.ts';
import { redact } from './redact.ts';
import { streamOf } from './stream-of.ts';
import { SAID_CHARS, tellApart } from './tell-apart.ts';

/** How soon a provider is asked again that has as many calls under way as it may. */
const FULL_REST_MS = 1_000;

type ReadyProvider = ResolvedProvider & {
  /** By the key's fingerprint. */
  readonly ready: ReadonlyMap<string, { readonly secret: string; readonly sdk: SdkModels }>;
  readonly turns: Turns;
};

export class AiSdkModels implements ModelPort, EmbeddingPort {
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
    const { streams } = this.#providers.get(endpoint.provider)!;
    return this.#during(endpoint, call, streams, async (sdk, asking, clock) => {
      const options = { ...callOptions(call, endpoint.id), abortSignal: clock.signal };
      const model = sdk.languageModel(endpoint.wireModel);
      const stream = await asking(async () =>
        streams ? (await model.doStream(options)).stream : streamOf(await model.doGenerate(options)),
      );
      const answer = await assemble(stream, (characters) => {
        clock.tick();
        call.received(characters);
      });
      return { ...answer, firstTokenMs: clock.firstTokenMs ?? 0 };
    });
  }

  async embed(endpoint: Endpoint, call: EmbeddingCall): Promise<EmbeddingAnswer> {
    return this.#during(endpoint, call, false, async (sdk, asking, clock) => {
      if (!sdk.embeddingModel)
        throw new NoSuchModelError({ modelId: endpoint.wireModel, modelType: 'embeddingModel' });
      const model = sdk.embeddingModel(endpoint.wireModel);
      return asking(() => embedAll(model, call.texts, clock.signal));
    });
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** One call, with a turn, a key, a clock and what its failure means; `work` asks in what it gives to `asking`. */
  async #during<Answer>(
    endpoint: Endpoint,
    call: Pick<ModelCall, 'key' | 'deadlines' | 'signal'>,
    streams: boolean,
    work: (
      sdk: SdkModels,
      asking: <T>(ask: () => Promise<T>) => Promise<T>,
      clock: CallClock,
    ) => Promise<Answer>,
  ): Promise<Answer & { readonly headroom: readonly Allowance[] }> {
    const provider = this.#providers.get(endpoint.provider)!;
    const { turns, ready } = provider;
    if (!(await turns.take(call.deadlines.connectMs, call.signal))) throw full(provider);
    const { sdk, secret } = ready.get(call.key)!;
    const clock = new CallClock(streams ? call.deadlines : totalOnly(call.deadlines), call.signal);
    let status: number | undefined;
    let headroom: readonly Allowance[] = [];
    const asked: HttpCall = {
      ...{ expects: expected(provider, streams), signal: clock.signal },
      connected: () => clock.connected(),
      answered: (given, headers) => {
        status = given;
        headroom = readHeadroom(headers, Date.now());
      },
    };
    try {
      const answer = await work(sdk, (ask) => this.#call.run(asked, ask), clock);
      return { ...answer, headroom };
    } catch (error) {
      const { kind, message, ...about } = tellApart(error, clock, status);
      const said = redact(message.slice(0, SAID_CHARS), secret);
      throw new InvocationFailure(kind, said, { ...about, headroom });
    } finally {
      clock.stop();
      turns.done();
    }
  }
}

/** What other providers of the AI SDK send is theirs to know; they may also fetch what is no answer, such as a token. */
const expected = ({ speaks }: ResolvedProvider, streams: boolean): HttpCall['expects'] =>
  typeof speaks === 'function' ? 'anything' : streams ? 'events' : 'json';

/** Our own limit, which says nothing of the provider's health: others are asked meanwhile. */
function full({ name, maxConcurrent }: ResolvedProvider): InvocationFailure {
  const message = `The ${maxConcurrent} calls that providers.${name}.maxConcurrent allows at once are under way.`;
  return new InvocationFailure('rate_limited', message, {
    billed: false,
    hintMs: FULL_REST_MS,
    asked: false,
  });
}

/** Of an answer that comes in one piece the first token is the last. */
const totalOnly = ({ connectMs, totalMs }: Deadlines): Deadlines => ({
  connectMs,
  firstTokenMs: totalMs,
  idleMs: totalMs,
  totalMs,
});
