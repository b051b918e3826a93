import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { SdkProvider } from '../catalog/catalog-config.ts';
import type { WireFormat } from '../core/vocabulary/model.ts';
import { withSentinel } from './anthropic-sentinel.ts';
import type { ApiKey } from './api-key.ts';
import { tellingItsVersion } from './gemini-version.ts';
import { madeProvider, type SdkModels } from './made-provider.ts';
import { keepingReasoningContent } from './reasoning-content.ts';

/** A provider ready to be asked: where it is and with what keys. Lives on the worker only. */
export interface ResolvedProvider {
  readonly name: string;
  /** The wire format that it speaks, or the provider of the AI SDK that speaks for it. */
  readonly speaks: WireFormat | SdkProvider;
  /** Absent where the `sdk` knows it. */
  readonly baseUrl?: string;
  /** At least one. */
  readonly keys: readonly ApiKey[];
  readonly streams: boolean;
  /** Calls under way at once. */
  readonly maxConcurrent: number;
}

/** The AI SDK's provider for a wire format and a key; every HTTP request it makes goes through `fetch`. @throws SignalboxError */
export function sdkProvider(
  { name, speaks, baseUrl }: Pick<ResolvedProvider, 'name' | 'speaks' | 'baseUrl'>,
  apiKey: string,
  fetch: typeof globalThis.fetch,
): SdkModels {
  if (typeof speaks === 'function') {
    return madeProvider(speaks, { name, fetch, apiKey, ...(baseUrl !== undefined && { baseUrl }) });
  }
  const baseURL = baseUrl!;
  switch (speaks) {
    case 'openai-compatible': {
      const compatible = createOpenAICompatible({
        ...{ name, baseURL, apiKey, fetch },
        includeUsage: true,
        supportsStructuredOutputs: true,
      });
      return {
        languageModel: (id) => keepingReasoningContent(compatible.languageModel(id)),
        embeddingModel: (id) => compatible.embeddingModel(id),
      };
    }
    case 'openai': {
      const openai = createOpenAI({ baseURL, apiKey, fetch });
      return {
        languageModel: (id) => openai.responses(id),
        embeddingModel: (id) => openai.embeddingModel(id),
      };
    }
    case 'anthropic':
      return createAnthropic({ name, baseURL, apiKey, fetch: withSentinel(fetch) });
    case 'google': {
      const google = createGoogle({ baseURL, apiKey, fetch });
      return {
        languageModel: (id) => tellingItsVersion(google.languageModel(id)),
        embeddingModel: (id) => google.embeddingModel(id),
      };
    }
  }
}

/**
 * What a call asks of a vendor: that OpenAI keeps nothing, so that it sends its reasoning along, sealed; and whether it
 * holds the model to the schema of the answer, as its strict mode does.
 */
export const providerOptions = (strictJsonSchema: boolean): SharedV4ProviderOptions => ({
  openai: { store: false, strictJsonSchema },
  openaiCompatible: { strictJsonSchema },
});
