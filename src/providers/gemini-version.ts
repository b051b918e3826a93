import type { LanguageModelV4 } from '@ai-sdk/provider';
import { retelling } from './retelling.ts';

/** Gemini says in every piece which version of a model answers, and the AI SDK does not hand it on: this does. */
export const tellingItsVersion = (model: LanguageModelV4): LanguageModelV4 =>
  retelling(model, {
    whole: (answer) => ({ ...answer, response: { ...answer.response, ...versionIn(answer.response?.body) } }),
    parts: () =>
      new TransformStream({
        transform(part, controller) {
          const isRaw = part.type === 'raw';
          controller.enqueue(isRaw ? { type: 'response-metadata', ...versionIn(part.rawValue) } : part);
        },
      }),
  });

function versionIn(body: unknown): { modelId?: string } {
  const { modelVersion } = (body ?? {}) as { modelVersion?: unknown };
  return typeof modelVersion === 'string' ? { modelId: modelVersion } : {};
}
