import type {
  LanguageModelV4,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

export interface Retold {
  /** An answer in one piece; what the vendor sent is in `response.body`. */
  whole(answer: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult;
  /** The parts of one stream; what the vendor sent comes among them as `raw`, which nobody behind it reads. */
  parts(): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>;
}

/** A model whose answers say what the AI SDK knows of them and does not hand on. */
export function retelling(model: LanguageModelV4, { whole, parts }: Retold): LanguageModelV4 {
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  return {
    ...{ specificationVersion, provider, modelId, supportedUrls },
    doGenerate: async (options) => whole(await model.doGenerate(options)),
    doStream: async (options) => {
      const answer = await model.doStream({ ...options, includeRawChunks: true });
      return { ...answer, stream: answer.stream.pipeThrough(parts()) };
    },
  };
}
