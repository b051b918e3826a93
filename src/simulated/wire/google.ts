import { z } from 'zod';
import type { AnswerFormat, JsonSchema, Message, ToolChoice } from '../models/conversation.ts';
import { countTokens } from '../tokens.ts';
import { readBody } from './body-issue.ts';
import { googleEmbeddings } from './embedding-wires.ts';
import { noteOf } from './file-note.ts';
import { googleErrors } from './google-errors.ts';
import { signatureOf } from './signature.ts';
import {
  type Block,
  type Completion,
  pieces,
  RefusedRequest,
  type Wire,
  type WireEvent,
  type WireRequest,
} from './wire.ts';

/** Google's Gemini: the model and whether to stream stand in the path. */
export const googleWire: Wire = {
  path: '/models/:call',
  errors: googleErrors,
  embeddings: googleEmbeddings,
  hasKey: (headers) => Boolean(headers.get('x-goog-api-key')?.trim()),
  read,
  whole: (completion) => answerOf(completion, partsOf(completion), finishReason(completion)),
  script,
  models: (ids) => ({
    models: ids.map((id) => ({
      name: `models/${id}`,
      displayName: id,
      supportedGenerationMethods: ['generateContent'],
    })),
  }),
};

const schema = z.record(z.string(), z.unknown());

const part = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: z.looseObject({ mimeType: z.string(), data: z.string() }).optional(),
  functionCall: z
    .looseObject({
      id: z.string().optional(),
      name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/),
      args: schema.optional(),
    })
    .optional(),
  functionResponse: z
    .looseObject({ id: z.string().optional(), name: z.string().min(1), response: schema })
    .optional(),
});

const bodySchema = z.looseObject({
  contents: z
    .array(z.looseObject({ role: z.enum(['user', 'model']).optional(), parts: z.array(part).min(1) }))
    .min(1),
  systemInstruction: z.looseObject({ parts: z.array(part) }).optional(),
  tools: z
    .array(
      z.looseObject({
        functionDeclarations: z
          .array(
            z.looseObject({
              name: z.string(),
              description: z.string().optional(),
              parameters: schema.nullish(),
              parametersJsonSchema: schema.nullish(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({
          mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
        })
        .optional(),
    })
    .optional(),
  generationConfig: z
    .looseObject({
      maxOutputTokens: z.int().positive().optional(),
      responseMimeType: z.string().optional(),
      responseSchema: schema.optional(),
      responseJsonSchema: schema.optional(),
    })
    .optional(),
});

type Body = z.infer<typeof bodySchema>;
type Part = z.infer<typeof part>;

function read(body: unknown, _: Headers, path: string): WireRequest {
  const [, model = '', method] = /\/models\/(.+):(\w+)$/.exec(decodeURIComponent(path)) ?? [];
  const parsed = readBody(bodySchema, body, googleErrors);
  refuseForeignSignatures(parsed, model);
  return {
    model,
    streamed: method === 'streamGenerateContent',
    usageInStream: true,
    maxTokens: parsed.generationConfig?.maxOutputTokens,
    system: wordsIn(parsed.systemInstruction?.parts ?? []),
    messages: readMessages(parsed),
    tools: (parsed.tools ?? [])
      .flatMap(({ functionDeclarations = [] }) => functionDeclarations)
      .map(({ name, description = '', parameters, parametersJsonSchema }) => ({
        name,
        description,
        schema: parametersJsonSchema ?? plainSchema(parameters) ?? { type: 'object', properties: {} },
      })),
    toolChoice: readToolChoice(parsed),
    // Nothing can ask for it, or forbid it.
    parallelToolCalls: true,
    format: readFormat(parsed.generationConfig),
    signed: true,
  };
}

/** Calls need no ids here: a result belongs to the first open call of its name. */
function readMessages({ contents }: Body): Message[] {
  let open: { readonly id: string; readonly name: string }[] = [];
  const messages: Message[] = [];
  for (const [index, { role = 'user', parts }] of contents.entries()) {
    const results = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
    if (results.length !== open.length) {
      throw new RefusedRequest(
        googleErrors.bodyInvalid({
          path: ['contents', index],
          missing: false,
          message:
            'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
        }),
      );
    }
    for (const { id, name, response } of results) {
      const at = open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
      const [call] = open.splice(Math.max(at, 0), 1);
      messages.push({ role: 'tool', callId: call!.id, text: JSON.stringify(response) });
    }
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    const words = wordsIn(parts);
    if (role === 'model') {
      const toolCalls = calls.map(({ name, id = `${index}-${name}`, args = {} }) => ({
        id,
        name,
        input: args,
      }));
      open = [...toolCalls];
      messages.push({ role: 'assistant', text: words, toolCalls });
    } else if (words !== '') messages.push({ role: 'user', text: words });
  }
  return messages;
}

/** The newest models refuse a call of their own whose signature is missing, and all a signature that is not theirs. */
function refuseForeignSignatures({ contents }: Body, model: string): void {
  const turnBegins = contents.findLastIndex(({ parts }) => parts.some(({ text }) => text !== undefined));
  for (const [index, { parts }] of contents.entries()) {
    const [first] = parts.filter(({ functionCall }) => functionCall);
    const missing =
      first && index > turnBegins && model.includes('gemini-3') && first.thoughtSignature === undefined;
    const foreign = parts.some(
      ({ thoughtSignature: given }) =>
        given !== undefined && given !== signatureOf(model) && given !== SKIP_VALIDATION,
    );
    if (!missing && !foreign) continue;
    const message = missing
      ? `Function call is missing a thought_signature in functionCall parts: ${first.functionCall!.name}`
      : 'Thought signature is not valid.';
    throw new RefusedRequest(
      googleErrors.bodyInvalid({ path: ['contents', index], missing: false, message }),
    );
  }
}

/** Google's own word for calls that another model has made. */
const SKIP_VALIDATION = 'skip_thought_signature_validator';

const wordsIn = (parts: readonly Part[]) =>
  parts
    .flatMap(({ text, thought, inlineData }) => {
      if (inlineData) return noteOf(inlineData.mimeType, inlineData.data);
      return text === undefined || thought ? [] : text;
    })
    .join('\n');

function readToolChoice({ toolConfig }: Body): ToolChoice {
  const { mode, allowedFunctionNames: [name, ...others] = [] } = toolConfig?.functionCallingConfig ?? {};
  if (mode === 'NONE') return 'none';
  if (mode !== 'ANY') return 'auto';
  return name !== undefined && others.length === 0 ? { name } : 'required';
}

function readFormat(config: Body['generationConfig']): AnswerFormat {
  if (config?.responseMimeType !== 'application/json') return 'text';
  return { json: config.responseJsonSchema ?? plainSchema(config.responseSchema) ?? null };
}

/** Google's own dialect writes types in capitals. */
function plainSchema(given: unknown): JsonSchema | undefined {
  if (given === null || given === undefined) return undefined;
  return JSON.parse(JSON.stringify(given), (key, value: unknown) =>
    key === 'type' && typeof value === 'string' ? value.toLowerCase() : value,
  ) as JsonSchema;
}

function script(completion: Completion) {
  const chunk = (parts: readonly object[], tokens: number): WireEvent => ({
    data: JSON.stringify(answerOf(completion, parts)),
    tokens,
  });
  return {
    opening: [],
    content: completion.blocks.flatMap((block) =>
      block.kind === 'text'
        ? pieces(block.text).map((piece) => chunk([{ text: piece }], countTokens(piece)))
        : partOf(block, completion).map((call) => chunk([call], countTokens(block.input))),
    ),
    closing: [
      {
        data: JSON.stringify(answerOf(completion, [{ text: '' }], finishReason(completion))),
        tokens: 0,
      },
    ],
    // Nothing follows the finish reason.
    sentinel: [],
  };
}

const partsOf = (completion: Completion) => completion.blocks.flatMap((block) => partOf(block, completion));

/** A call whose input was cut off is not sent. Of several calls the first is signed, for all of them. */
function partOf(block: Block, { blocks, signature }: Completion): object[] {
  if (block.kind === 'text') return [{ text: block.text }];
  const isSigned = signature !== undefined && block === blocks.find(({ kind }) => kind === 'call');
  try {
    const functionCall = { id: block.id, name: block.name, args: JSON.parse(block.input) as unknown };
    return [{ functionCall, ...(isSigned && { thoughtSignature: signature }) }];
  } catch {
    return [];
  }
}

function answerOf(
  { id, model, inputTokens, outputTokens }: Completion,
  parts: readonly object[],
  finish?: string,
) {
  return {
    candidates: [
      {
        ...(parts.length > 0 && { content: { role: 'model', parts } }),
        ...(finish !== undefined && { finishReason: finish }),
        index: 0,
      },
    ],
    ...(finish !== undefined && {
      usageMetadata: {
        promptTokenCount: inputTokens,
        candidatesTokenCount: outputTokens,
        totalTokenCount: inputTokens + outputTokens,
      },
    }),
    modelVersion: model,
    responseId: id,
  };
}

const finishReason = ({ filtered, truncated }: Completion) =>
  filtered ? 'SAFETY' : truncated ? 'MAX_TOKENS' : 'STOP';
