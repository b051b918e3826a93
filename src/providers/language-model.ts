import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ProviderConfig } from '../catalog/catalog-config.ts';
import { withSentinel } from './anthropic-sentinel.ts';

/** A provider ready to be asked: where it is and with what key. Lives on the worker only. */
export interface ResolvedProvider {
  readonly name: string;
  readonly wire: ProviderConfig['wire'];
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly streams: boolean;
}

/** The AI SDK's model for one wire format; every HTTP request it makes goes through `fetch`. */
export function languageModel(
  { name, wire, baseUrl, apiKey }: ResolvedProvider,
  wireModel: string,
  fetch: typeof globalThis.fetch,
): LanguageModelV4 {
  switch (wire) {
    case 'openai-compatible':
      return createOpenAICompatible({
        name,
        baseURL: baseUrl,
        apiKey,
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
      }).languageModel(wireModel);
    case 'anthropic':
      return createAnthropic({ name, baseURL: baseUrl, apiKey, fetch: withSentinel(fetch) }).languageModel(
        wireModel,
      );
  }
}
