import type { ProviderV4 } from '@ai-sdk/provider';
import type { SdkProvider } from '../catalog/catalog-config.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { messageOf } from './assemble.ts';
import { redact } from './redact.ts';

/** Not every provider has embeddings. */
export type SdkModels = ReturnType<SdkProvider>;

/** The version of the AI SDK's provider specification that the model port reads. */
const SPECIFICATION = 'v4';

/**
 * Has a config's function make its provider, when a worker starts and not in a run.
 * @throws SignalboxError where it fails, or gives what cannot be asked
 */
export function madeProvider(make: SdkProvider, about: Parameters<SdkProvider>[0]): SdkModels {
  const place = `providers.${about.name}.sdk`;
  let made: SdkModels;
  try {
    made = make(about);
  } catch (error) {
    throw new SignalboxError(
      `${place} failed: ${redact(messageOf(error), about.apiKey)}`,
      'Mend the function, or what it reads, in signalbox.config.ts.',
    );
  }
  const { languageModel, specificationVersion = SPECIFICATION } = (made ?? {}) as Partial<ProviderV4>;
  if (typeof languageModel !== 'function') {
    throw new SignalboxError(
      `${place} gives ${made instanceof Promise ? 'a promise' : typeof made}, and no provider of the AI SDK.`,
      'Return the provider itself: ({ fetch, apiKey }) => createX({ fetch, apiKey }).',
    );
  }
  if (specificationVersion !== SPECIFICATION) {
    throw new SignalboxError(
      `${place} gives a provider of specification ${specificationVersion}, and only ${SPECIFICATION} is read.`,
      'Install the version of its package that goes with AI SDK 7.',
    );
  }
  return made;
}
