import { z } from 'zod';
import type { AnswerFormat, Message, ToolChoice } from '../models/conversation.ts';
import { countTokens } from '../tokens.ts';
import { readBody } from './body-issue.ts';
import { openAiEmbeddings } from './embedding-wires.ts';
import { fileNote } from './file-note.ts';
import { hasBearerKey, listModels, readArguments } from './openai-common.ts';
import { openAiErrors } from './openai-errors.ts';
import { strictSchemaIssue } from './strict-schema.ts';
import { findUnpairedCall } from './tool-pairs.ts';
import {
  type Completion,
  pieces,
  RefusedRequest,
  type Wire,
  type WireEvent,
  type WireRequest,
} from './wire.ts';

/** OpenAI's chat completions, which most other vendors speak as well. */
export const openAiWire: Wire = {
  path: '/chat/completions',
  errors: openAiErrors,
  embeddings: openAiEmbeddings,
  hasKey: hasBearerKey,
  read,
  whole,
  script,
  models: listModels,
};

const text = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]);

const messageSchema = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer', 'user']), content: text }),
  z.looseObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    tool_calls: z
      .array(
        z.looseObject({
          id: z.string().min(1).max(40),
          function: z.looseObject({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), arguments: z.string() }),
        }),
      )
      .nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string(), content: text }),
]);

const bodySchema = z.looseObject({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal('function'),
        function: z.looseObject({
          name: z.string(),
          description: z.string().nullish(),
          parameters: z.record(z.string(), z.unknown()).nullish(),
        }),
      }),
    )
    .nullish(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.enum(['text', 'json_object']) }),
      z.looseObject({
        type: z.literal('json_schema'),
        json_schema: z.looseObject({
          name: z.string(),
          strict: z.boolean().nullish(),
          schema: z.record(z.string(), z.unknown()).nullish(),
        }),
      }),
    ])
    .nullish(),
});

type Body = z.infer<typeof bodySchema>;

function read(body: unknown): WireRequest {
  const parsed = readBody(bodySchema, body, openAiErrors);
  const messages = parsed.messages.flatMap(readMessage);
  refuseUnpairedCalls(messages);
  return {
    model: parsed.model,
    streamed: parsed.stream ?? false,
    usageInStream: parsed.stream_options?.include_usage ?? false,
    maxTokens: parsed.max_completion_tokens ?? parsed.max_tokens ?? undefined,
    system: parsed.messages
      .filter((message) => message.role === 'system' || message.role === 'developer')
      .map((message) => plain(message.content))
      .join('\n\n'),
    messages,
    tools: (parsed.tools ?? []).map((tool) => ({
      name: tool.function.name,
      description: tool.function.description ?? '',
      schema: tool.function.parameters ?? { type: 'object', properties: {} },
    })),
    toolChoice: readToolChoice(parsed.tool_choice),
    parallelToolCalls: parsed.parallel_tool_calls ?? false,
    format: readFormat(parsed.response_format),
    signed: false,
  };
}

function readMessage(message: Body['messages'][number]): Message[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [];
    case 'user':
      return [{ role: 'user', text: plain(message.content) }];
    case 'assistant': {
      const toolCalls = (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        name: call.function.name,
        input: readArguments(call.function.arguments),
      }));
      return [{ role: 'assistant', text: plain(message.content), toolCalls }];
    }
    case 'tool':
      return [{ role: 'tool', callId: message.tool_call_id, text: plain(message.content) }];
  }
}

function plain(content: z.infer<typeof text> | null | undefined): string {
  if (content == null) return '';
  return typeof content === 'string'
    ? content
    : content.map((part) => part.text ?? fileNote(part) ?? '').join('\n');
}

function refuseUnpairedCalls(messages: readonly Message[]): void {
  const unpaired = findUnpairedCall(messages);
  if (!unpaired) return;
  const message =
    unpaired.kind === 'call without result'
      ? `an assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${unpaired.callId}`
      : "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'";
  throw new RefusedRequest(
    openAiErrors.bodyInvalid({ path: ['messages', unpaired.index], missing: false, message }),
  );
}

function readToolChoice(choice: Body['tool_choice']): ToolChoice {
  if (choice == null) return 'auto';
  return typeof choice === 'string' ? choice : { name: choice.function.name };
}

function readFormat(format: Body['response_format']): AnswerFormat {
  if (format == null || format.type === 'text') return 'text';
  if (format.type !== 'json_schema') return { json: null };
  const { schema, strict } = format.json_schema;
  const issue = strict ? strictSchemaIssue(schema, ['response_format']) : undefined;
  if (issue) throw new RefusedRequest(openAiErrors.bodyInvalid(issue));
  return { json: schema ?? null };
}

function whole(completion: Completion): object {
  const words = completion.blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []));
  const calls = completion.blocks.flatMap((block) =>
    block.kind === 'call'
      ? [{ id: block.id, type: 'function', function: { name: block.name, arguments: block.input } }]
      : [],
  );
  return {
    ...envelope(completion, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: words.length > 0 ? words.join('') : null,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReason(completion),
      },
    ],
    usage: usage(completion),
  };
}

function script(completion: Completion, usageInStream: boolean) {
  const head = envelope(completion, 'chat.completion.chunk');
  const delta = (content: object, tokens = 0): WireEvent => chunk([choice(content, null)], tokens);
  const choice = (content: object, reason: string | null) => ({
    index: 0,
    delta: content,
    logprobs: null,
    finish_reason: reason,
  });
  const chunk = (choices: readonly object[], tokens: number, total?: object): WireEvent => ({
    // Asked for usage, OpenAI sends `usage: null` in every chunk but the last.
    data: JSON.stringify({ ...head, choices, ...(usageInStream && { usage: total ?? null }) }),
    tokens,
  });

  let index = -1;
  const content = completion.blocks.flatMap((block): WireEvent[] => {
    if (block.kind === 'text') {
      return pieces(block.text).map((piece) => delta({ content: piece }, countTokens(piece)));
    }
    index += 1;
    const at = index;
    const opened = {
      index: at,
      id: block.id,
      type: 'function',
      function: { name: block.name, arguments: '' },
    };
    return [
      delta({ tool_calls: [opened] }),
      ...pieces(block.input).map((piece) =>
        delta({ tool_calls: [{ index: at, function: { arguments: piece } }] }, countTokens(piece)),
      ),
    ];
  });

  return {
    opening: [delta({ role: 'assistant', content: '', refusal: null })],
    content,
    closing: [
      chunk([choice({}, finishReason(completion))], 0),
      ...(usageInStream ? [chunk([], 0, usage(completion))] : []),
    ],
    sentinel: [{ data: '[DONE]', tokens: 0 }],
  };
}

function envelope(completion: Completion, object: string) {
  return {
    id: `chatcmpl-${completion.id}`,
    object,
    created: Math.floor(completion.createdAtMs / 1000),
    model: completion.model,
    system_fingerprint: 'simulated',
  };
}

function finishReason(completion: Completion): string {
  if (completion.filtered) return 'content_filter';
  if (completion.truncated) return 'length';
  return completion.blocks.some((block) => block.kind === 'call') ? 'tool_calls' : 'stop';
}

function usage({ inputTokens, outputTokens }: Completion) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
