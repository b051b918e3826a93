import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

/** An answer that came in one piece, as the stream it might have been: whatever reads streams reads it as well. */
export function streamOf({
  content,
  finishReason,
  usage,
  response,
}: LanguageModelV4GenerateResult): ReadableStream<LanguageModelV4StreamPart> {
  return ReadableStream.from<LanguageModelV4StreamPart>([
    { type: 'response-metadata', ...(response?.modelId !== undefined && { modelId: response.modelId }) },
    ...content.flatMap(partOf),
    { type: 'finish', usage, finishReason },
  ]);
}

function partOf(content: LanguageModelV4Content, index: number): LanguageModelV4StreamPart[] {
  const { providerMetadata } = content;
  const piece = { id: String(index), ...(providerMetadata && { providerMetadata }) };
  switch (content.type) {
    case 'text':
      return [{ ...piece, type: 'text-delta', delta: content.text }];
    case 'reasoning':
      return [{ ...piece, type: 'reasoning-delta', delta: content.text }];
    case 'tool-call':
      return [content];
    default:
      return [];
  }
}
