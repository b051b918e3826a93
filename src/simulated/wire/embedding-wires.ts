import { z } from 'zod';
import { readBody } from './body-issue.ts';
import { googleErrors } from './google-errors.ts';
import { openAiErrors } from './openai-errors.ts';

export interface EmbeddingRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** How the client wants it: numbers packed, one answer and not a list. */
  readonly form: 'numbers' | 'base64' | 'single';
}

/** How a vendor is asked for embeddings; not every vendor has them. */
export interface EmbeddingWire {
  /** Below the provider's base URL, as hono matches it. */
  readonly path: `/embeddings` | `/models/${string}`;
  /** Throws `RefusedRequest` for a body the vendor would refuse. */
  read(body: unknown, path: string): EmbeddingRequest;
  whole(request: EmbeddingRequest, vectors: readonly number[][], inputTokens: number): object;
}

const openAiBody = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()).min(1).max(2_048)]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
});

export const openAiEmbeddings: EmbeddingWire = {
  path: '/embeddings',
  read(body) {
    const { model, input, encoding_format } = readBody(openAiBody, body, openAiErrors);
    const form = encoding_format === 'base64' ? 'base64' : 'numbers';
    return { model, texts: [input].flat(), form };
  },
  whole: ({ model, form }, vectors, inputTokens) => ({
    object: 'list',
    data: vectors.map((vector, index) => ({
      ...{ object: 'embedding', index },
      embedding:
        form === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector,
    })),
    model,
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  }),
};

const content = z.looseObject({ parts: z.array(z.looseObject({ text: z.string() })).min(1) });
const googleBody = z.union([
  z.looseObject({ content }),
  z.looseObject({ requests: z.array(z.looseObject({ content })).min(1).max(100) }),
]);

export const googleEmbeddings: EmbeddingWire = {
  path: '/models/:call{.+:(?:embedContent|batchEmbedContents)}',
  read(body, path) {
    const [, model = ''] = /\/models\/(.+):\w+$/.exec(decodeURIComponent(path)) ?? [];
    const parsed = readBody(googleBody, body, googleErrors);
    const requests =
      'requests' in parsed ? (parsed.requests as { content: z.infer<typeof content> }[]) : undefined;
    const contents = requests?.map((request) => request.content) ?? [
      parsed.content as z.infer<typeof content>,
    ];
    return {
      model,
      texts: contents.map(({ parts }) => parts.map(({ text }) => text).join('\n')),
      form: requests ? 'numbers' : 'single',
    };
  },
  whole: ({ form }, vectors) => {
    const values = vectors.map((vector) => ({ values: vector }));
    return form === 'single' ? { embedding: values[0] } : { embeddings: values };
  },
};
