import { afterEach } from '@jest/globals';
import { InvocationFailure, type ModelAnswer, type ModelCall } from '../../../../activities/ports.ts';
import { endpointsOf } from '../../../../src/catalog/build-catalog.ts';
import { simulatedModels } from '../../../../src/catalog/simulated-vendors.ts';
import { AiSdkModels } from '../../../../src/providers/ai-sdk-models.ts';
import { apiKeyOf } from '../../../../src/providers/api-key.ts';
import type { Proxies } from '../../../../src/providers/http/dispatcher.ts';
import type { ResolvedProvider } from '../../../../src/providers/language-model.ts';
import { aModelCall } from '../../../support/a-model-call.ts';

export const API_KEY = 'key-of-the-vendor-1234567890';
const [endpoint] = simulatedModels.flatMap(endpointsOf);

export const call: Omit<ModelCall, 'key'> = {
  ...aModelCall,
  deadlines: { connectMs: 5_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 60_000 },
};

export interface Client {
  /** Asks and expects a whole answer. */
  ask(change?: Partial<ModelCall>): Promise<ModelAnswer>;
  /** Asks and expects a failure. */
  fail(change?: Partial<ModelCall>): Promise<InvocationFailure>;
  close(): Promise<void>;
}

export type ClientOptions = Partial<ResolvedProvider> & { readonly proxies?: Proxies };

/** Makes clients of one vendor each, over the worker's own model port; they end with the case. */
export function useClients(): (baseUrl: string, options?: ClientOptions) => Client {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });
  return (baseUrl, { proxies, ...differs } = {}) => {
    const name = endpoint!.provider;
    const key = apiKeyOf(API_KEY, baseUrl);
    const provider: ResolvedProvider = {
      ...{ name, speaks: 'openai-compatible', baseUrl, keys: [key], streams: true, maxConcurrent: 10 },
      ...differs,
    };
    const models = new AiSdkModels(new Map([[name, provider]]), proxies);
    closers.push(() => models.close());
    const ask: Client['ask'] = (change) =>
      models.invoke(endpoint!, { ...call, key: key.fingerprint, ...change });
    return {
      ask,
      fail: (change) =>
        ask(change).then(
          () => Promise.reject(new Error('it was taken for an answer')),
          (error: unknown) => {
            if (error instanceof InvocationFailure) return error;
            throw error;
          },
        ),
      close: () => models.close(),
    };
  };
}

/** The events of a whole answer in OpenAI's format. */
export const answerEvents = (text: string) =>
  `data: ${JSON.stringify({ id: '1', created: 1, model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content: text } }] })}\n\n` +
  `data: ${JSON.stringify({ id: '1', created: 1, model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n` +
  'data: [DONE]\n\n';

/** The same in one piece. */
export const answerJson = (text: string) =>
  JSON.stringify({
    id: '1',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  });

export const textOf = ({ message }: ModelAnswer) =>
  message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
