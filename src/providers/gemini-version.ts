import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** Gemini says in every piece which version of a model answers, and the AI SDK does not hand it on: this does. */
export function tellingItsVersion(model: LanguageModelV4): LanguageModelV4 {
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  return {
    ...{ specificationVersion, provider, modelId, supportedUrls },
    doGenerate: async (options) => {
      const answer = await model.doGenerate(options);
      return { ...answer, response: { ...answer.response, ...versionIn(answer.response?.body) } };
    },
    doStream: async (options) => {
      const answer = await model.doStream({ ...options, includeRawChunks: true });
      return {
        ...answer,
        stream: answer.stream.pipeThrough(new TransformStream({ transform: tellVersion })),
      };
    },
  };
}

function tellVersion(
  part: LanguageModelV4StreamPart,
  controller: TransformStreamDefaultController<LanguageModelV4StreamPart>,
): void {
  controller.enqueue(part.type === 'raw' ? { type: 'response-metadata', ...versionIn(part.rawValue) } : part);
}

function versionIn(body: unknown): { modelId?: string } {
  const { modelVersion } = (body ?? {}) as { modelVersion?: unknown };
  return typeof modelVersion === 'string' ? { modelId: modelVersion } : {};
}
