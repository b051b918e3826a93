import { z } from 'zod';
import type { AnswerFormat, Message, ToolChoice } from '../models/conversation.ts';
import { countTokens } from '../tokens.ts';
import { readBody } from './body-issue.ts';
import { openAiEmbeddings } from './embedding-wires.ts';
import { fileNote } from './file-note.ts';
import { hasBearerKey, listModels, readArguments } from './openai-common.ts';
import { openAiErrors } from './openai-errors.ts';
import { signatureOf } from './signature.ts';
import { strictSchemaIssue } from './strict-schema.ts';
import { findUnpairedCall } from './tool-pairs.ts';
import {
  type Block,
  type Completion,
  pieces,
  RefusedRequest,
  type Wire,
  type WireErrors,
  type WireEvent,
  type WireRequest,
} from './wire.ts';

const errors: WireErrors = {
  ...openAiErrors,
  midStream: (eventsSent) => ({
    event: 'error',
    data: JSON.stringify({
      type: 'error',
      code: 'server_error',
      message: 'The server had an error while processing your request. Sorry about that!',
      param: null,
      sequence_number: eventsSent,
    }),
    tokens: 0,
  }),
};

/** OpenAI's responses: items in, items out, and a stream of typed events. */
export const responsesWire: Wire = {
  path: '/responses',
  errors,
  embeddings: openAiEmbeddings,
  hasKey: hasBearerKey,
  read,
  whole: (completion) => responseOf(completion, itemsOf(completion)),
  script,
  models: listModels,
};

const contentPart = z.looseObject({
  type: z.enum(['input_text', 'output_text', 'input_image', 'input_file', 'refusal']),
  text: z.string().optional(),
  image_url: z.string().nullish(),
  file_data: z.string().nullish(),
});

const item = z.union([
  z.looseObject({
    type: z.literal('function_call'),
    id: z.string().startsWith('fc_').nullish(),
    call_id: z.string().min(1).max(64),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    arguments: z.string(),
  }),
  z.looseObject({
    type: z.literal('function_call_output'),
    call_id: z.string().min(1).max(64),
    output: z.union([z.string(), z.array(contentPart)]),
  }),
  z.looseObject({
    type: z.literal('reasoning'),
    id: z.string().startsWith('rs_').nullish(),
    encrypted_content: z.string().nullish(),
  }),
  // What was not stored can be referred to by nobody.
  z.looseObject({ type: z.literal('item_reference'), id: z.string() }),
  z.looseObject({
    type: z.literal('message').optional(),
    id: z.string().startsWith('msg_').nullish(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(contentPart)]),
  }),
]);

const bodySchema = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  include: z.array(z.string()).nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal('function'),
        name: z.string(),
        description: z.string().nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.looseObject({ type: z.literal('function'), name: z.string() }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z
    .looseObject({
      format: z
        .discriminatedUnion('type', [
          z.looseObject({ type: z.enum(['text', 'json_object']) }),
          z.looseObject({
            type: z.literal('json_schema'),
            name: z.string(),
            strict: z.boolean().nullish(),
            schema: z.record(z.string(), z.unknown()),
          }),
        ])
        .nullish(),
    })
    .nullish(),
});

type Body = z.infer<typeof bodySchema>;
type Item = z.infer<typeof item>;

function read(body: unknown): WireRequest {
  const parsed = readBody(bodySchema, body, errors);
  const items: readonly Item[] =
    typeof parsed.input === 'string' ? [{ role: 'user', content: parsed.input }] : parsed.input;
  for (const [index, given] of items.entries()) refuseForeign(given, index, parsed.model);
  const messages = readItems(items);
  const unpaired = findUnpairedCall(messages);
  if (unpaired) {
    const message =
      unpaired.kind === 'call without result'
        ? `No tool output found for function call ${unpaired.callId}`
        : `No tool call found for function call output with call_id ${unpaired.callId}`;
    throw new RefusedRequest(errors.bodyInvalid({ path: ['input'], missing: false, message }));
  }
  return {
    model: parsed.model,
    streamed: parsed.stream ?? false,
    usageInStream: true,
    maxTokens: parsed.max_output_tokens ?? undefined,
    system: [parsed.instructions ?? '', ...items.filter(isSystem).map(({ content }) => plain(content))]
      .filter(Boolean)
      .join('\n\n'),
    messages,
    tools: (parsed.tools ?? []).map(({ name, description, parameters }) => ({
      name,
      description: description ?? '',
      schema: parameters ?? { type: 'object', properties: {} },
    })),
    toolChoice: readToolChoice(parsed.tool_choice),
    parallelToolCalls: parsed.parallel_tool_calls ?? false,
    format: readFormat(parsed.text?.format),
    signed: parsed.include?.includes('reasoning.encrypted_content') ?? false,
  };
}

function refuseForeign(given: Item, index: number, model: string): void {
  const path = ['input', index];
  if ('type' in given && given.type === 'item_reference') {
    const message = `Item with id '${given.id}' not found. Items are not persisted when \`store\` is set to false`;
    throw new RefusedRequest(errors.bodyInvalid({ path, missing: false, message }));
  }
  const { encrypted_content: sealed } = given as { encrypted_content?: unknown };
  if (typeof sealed === 'string' && sealed !== signatureOf(model)) {
    const message = 'The encrypted content could not be verified';
    throw new RefusedRequest(errors.bodyInvalid({ path, missing: false, message }));
  }
}

type MessageItem = Extract<Item, { role: string }>;

const isMessage = (given: Item): given is MessageItem => 'role' in given;
const isSystem = (given: Item): given is MessageItem =>
  isMessage(given) && (given.role === 'system' || given.role === 'developer');

/** Words and calls of one answer are items of their own; the models are told them as one message. */
function readItems(items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  const say = (text: string, toolCalls: (Message & { role: 'assistant' })['toolCalls']) => {
    const last = messages.at(-1);
    if (last?.role !== 'assistant') messages.push({ role: 'assistant', text, toolCalls });
    else {
      messages[messages.length - 1] = {
        role: 'assistant',
        text: [last.text, text].filter(Boolean).join('\n'),
        toolCalls: [...last.toolCalls, ...toolCalls],
      };
    }
  };
  for (const given of items) {
    if (isMessage(given)) {
      if (given.role === 'user') messages.push({ role: 'user', text: plain(given.content) });
      else if (given.role === 'assistant') say(plain(given.content), []);
    } else if (given.type === 'function_call') {
      say('', [{ id: given.call_id, name: given.name, input: readArguments(given.arguments) }]);
    } else if (given.type === 'function_call_output') {
      messages.push({ role: 'tool', callId: given.call_id, text: plain(given.output) });
    }
  }
  return messages;
}

function plain(content: string | readonly z.infer<typeof contentPart>[]): string {
  if (typeof content === 'string') return content;
  return content.map((part) => part.text ?? fileNote(asFile(part)) ?? '').join('\n');
}

/** Told flat here, and in an object of its own in chat completions. */
const asFile = ({ image_url, file_data }: z.infer<typeof contentPart>) => ({
  ...(image_url && { image_url: { url: image_url } }),
  ...(file_data && { file: { file_data } }),
});

function readToolChoice(choice: Body['tool_choice']): ToolChoice {
  if (choice == null) return 'auto';
  return typeof choice === 'string' ? choice : { name: choice.name };
}

function readFormat(format: NonNullable<Body['text']>['format']): AnswerFormat {
  if (format == null || format.type === 'text') return 'text';
  if (format.type !== 'json_schema') return { json: null };
  const issue = format.strict ? strictSchemaIssue(format.schema, ['text', 'format', 'schema']) : undefined;
  if (issue) throw new RefusedRequest(errors.bodyInvalid(issue));
  return { json: format.schema };
}

function itemsOf(completion: Completion): object[] {
  const { id, signature } = completion;
  const reasoning = {
    ...{ type: 'reasoning', id: `rs_${id}`, summary: [], encrypted_content: signature },
  };
  return [
    ...(signature === undefined ? [] : [reasoning]),
    ...completion.blocks.map((block, index) => itemOf(block, `${id}_${index}`)),
  ];
}

const itemOf = (block: Block, id: string) =>
  block.kind === 'text'
    ? {
        ...{ type: 'message', id: `msg_${id}`, status: 'completed', role: 'assistant' },
        content: [textPart(block.text)],
      }
    : {
        ...{ type: 'function_call', id: `fc_${id}`, status: 'completed' },
        ...{ call_id: block.id, name: block.name, arguments: block.input },
      };

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

function responseOf(completion: Completion, output: readonly object[], status?: 'in_progress'): object {
  const { id, model, createdAtMs, truncated, filtered, inputTokens, outputTokens } = completion;
  const reason = filtered ? 'content_filter' : truncated ? 'max_output_tokens' : undefined;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(createdAtMs / 1000),
    status: status ?? (reason ? 'incomplete' : 'completed'),
    error: null,
    incomplete_details: status === undefined && reason ? { reason } : null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage:
      status === 'in_progress'
        ? null
        : {
            input_tokens: inputTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: inputTokens + outputTokens,
          },
  };
}

function script(completion: Completion) {
  let sequence = 0;
  const event = (type: string, payload: object, tokens = 0): WireEvent => ({
    event: type,
    data: JSON.stringify({ type, sequence_number: sequence++, ...payload }),
    tokens,
  });
  const begun = { response: responseOf(completion, [], 'in_progress') };
  const items = itemsOf(completion);
  const ahead = items.length - completion.blocks.length;
  const opening = [event('response.created', begun), event('response.in_progress', begun)];
  const reasoning = items
    .slice(0, ahead)
    .flatMap((item, output_index) => [
      event('response.output_item.added', { output_index, item }),
      event('response.output_item.done', { output_index, item }),
    ]);
  const content = completion.blocks.flatMap((block, index) => {
    const output_index = index + ahead;
    return block.kind === 'text'
      ? textEvents(block.text, items[output_index] as ItemOut, output_index, event)
      : callEvents(block.input, items[output_index] as ItemOut, output_index, event);
  });
  const whole = completion.truncated || completion.filtered ? 'response.incomplete' : 'response.completed';
  return {
    opening: [...opening, ...reasoning],
    content,
    closing: [event(whole, { response: responseOf(completion, items) })],
    // Nothing follows the event that holds the whole.
    sentinel: [],
  };
}

type ItemOut = ReturnType<typeof itemOf>;
type MakeEvent = (type: string, payload: object, tokens?: number) => WireEvent;

function textEvents(text: string, item: ItemOut, output_index: number, event: MakeEvent): WireEvent[] {
  const about = { item_id: item.id, output_index, content_index: 0 };
  return [
    event('response.output_item.added', {
      output_index,
      item: { ...item, status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', { ...about, part: textPart('') }),
    ...pieces(text).map((delta) =>
      event('response.output_text.delta', { ...about, delta, logprobs: [] }, countTokens(delta)),
    ),
    event('response.output_text.done', { ...about, text, logprobs: [] }),
    event('response.content_part.done', { ...about, part: textPart(text) }),
    event('response.output_item.done', { output_index, item }),
  ];
}

function callEvents(input: string, item: ItemOut, output_index: number, event: MakeEvent): WireEvent[] {
  const about = { item_id: item.id, output_index };
  return [
    event('response.output_item.added', {
      output_index,
      item: { ...item, status: 'in_progress', arguments: '' },
    }),
    ...pieces(input).map((delta) =>
      event('response.function_call_arguments.delta', { ...about, delta }, countTokens(delta)),
    ),
    event('response.function_call_arguments.done', { ...about, arguments: input }),
    event('response.output_item.done', { output_index, item }),
  ];
}
