import { z } from 'zod';
import type { AnswerFormat, Message, ToolChoice } from '../models/conversation.ts';
import { countTokens } from '../tokens.ts';
import { anthropicErrors } from './anthropic-errors.ts';
import { readBody } from './body-issue.ts';
import { fileNote } from './file-note.ts';
import { findUnpairedCall } from './tool-pairs.ts';
import {
  type Block,
  type Completion,
  pieces,
  RefusedRequest,
  type Wire,
  type WireEvent,
  type WireRequest,
} from './wire.ts';

/** Anthropic's messages. */
export const anthropicWire: Wire = {
  path: '/messages',
  errors: anthropicErrors,
  hasKey: (headers) =>
    Boolean(headers.get('x-api-key')?.trim()) || /^Bearer\s+\S/i.test(headers.get('authorization') ?? ''),
  read,
  whole,
  script,
  models: (ids) => ({
    data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),
};

const textBlock = z.looseObject({ type: z.string(), text: z.string().optional() });
const textContent = z.union([z.string(), z.array(textBlock)]);

const block = z.union([
  z.looseObject({
    type: z.literal('tool_use'),
    id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
    input: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: textContent.nullish(),
  }),
  // Words, pictures and what else there is; never a call or a result that lacks its id.
  textBlock
    .extend({ type: z.string().regex(/^(?!tool_use$|tool_result$)/) })
    .refine(({ type, text }) => type !== 'text' || text?.trim() !== ''),
]);

const schemaFormat = z.looseObject({
  type: z.literal('json_schema'),
  schema: z.record(z.string(), z.unknown()),
});

const bodySchema = z.looseObject({
  model: z.string(),
  max_tokens: z.int().positive(),
  messages: z
    .array(
      z.looseObject({ role: z.enum(['user', 'assistant']), content: z.union([z.string(), z.array(block)]) }),
    )
    .min(1),
  system: textContent.nullish(),
  stream: z.boolean().nullish(),
  tools: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().nullish(),
        input_schema: z.record(z.string(), z.unknown()),
      }),
    )
    .nullish(),
  tool_choice: z
    .looseObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().nullish(),
    })
    .nullish(),
  output_config: z.looseObject({ format: schemaFormat.nullish() }).nullish(),
  // The name this had while structured outputs were in beta.
  output_format: schemaFormat.nullish(),
});

type Body = z.infer<typeof bodySchema>;

function read(body: unknown, headers: Headers): WireRequest {
  if (!headers.get('anthropic-version')) {
    throw new RefusedRequest(
      anthropicErrors.bodyInvalid({
        path: ['anthropic-version'],
        missing: false,
        message: 'header is required',
      }),
    );
  }
  const parsed = readBody(bodySchema, body, anthropicErrors);
  const messages = parsed.messages.flatMap(readMessage);
  refuseUnpairedCalls(messages);
  refuseTakenIds(messages);
  return {
    model: parsed.model,
    streamed: parsed.stream ?? false,
    usageInStream: true,
    maxTokens: parsed.max_tokens,
    system: plain(parsed.system ?? ''),
    messages,
    tools: (parsed.tools ?? []).map((tool) => ({
      name: tool.name,
      description: tool.description ?? '',
      schema: tool.input_schema,
    })),
    toolChoice: readToolChoice(parsed.tool_choice),
    parallelToolCalls: parsed.tool_choice?.disable_parallel_tool_use === false,
    format: readFormat(parsed),
    signed: false,
  };
}

/** One message of theirs may be several of ours: each tool result stands alone, words come after. */
function readMessage({ role, content }: Body['messages'][number]): Message[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const words = blocks
    .flatMap((part) => (typeof part.text === 'string' ? part.text : (fileNote(part) ?? [])))
    .join('\n');
  if (role === 'assistant') {
    const toolCalls = blocks.flatMap((part) =>
      isToolUse(part) ? [{ id: part.id, name: part.name, input: part.input }] : [],
    );
    return [{ role, text: words, toolCalls }];
  }
  const results = blocks.flatMap((part): Message[] =>
    isToolResult(part) ? [{ role: 'tool', callId: part.tool_use_id, text: plain(part.content ?? '') }] : [],
  );
  return words === '' && results.length > 0 ? results : [...results, { role, text: words }];
}

type AnyBlock = z.infer<typeof block>;
type ToolUse = { type: 'tool_use'; id: string; name: string; input?: unknown };
type ToolResult = { type: 'tool_result'; tool_use_id: string; content?: z.infer<typeof textContent> | null };

function isToolUse(part: AnyBlock): part is AnyBlock & ToolUse {
  return part.type === 'tool_use';
}

function isToolResult(part: AnyBlock): part is AnyBlock & ToolResult {
  return part.type === 'tool_result';
}

function plain(content: z.infer<typeof textContent>): string {
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n');
}

function refuseUnpairedCalls(messages: readonly Message[]): void {
  const unpaired = findUnpairedCall(messages);
  if (!unpaired) return;
  const message =
    unpaired.kind === 'call without result'
      ? `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unpaired.callId}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
      : `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unpaired.callId}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
  throw new RefusedRequest(
    anthropicErrors.bodyInvalid({ path: ['messages', unpaired.index], missing: false, message }),
  );
}

function refuseTakenIds(messages: readonly Message[]): void {
  const taken = new Set<string>();
  for (const [index, message] of messages.entries()) {
    for (const { id } of message.role === 'assistant' ? message.toolCalls : []) {
      if (taken.has(id)) {
        const issue = { path: ['messages', index], missing: false, message: '`tool_use` ids must be unique' };
        throw new RefusedRequest(anthropicErrors.bodyInvalid(issue));
      }
      taken.add(id);
    }
  }
}

function readToolChoice(choice: Body['tool_choice']): ToolChoice {
  switch (choice?.type) {
    case 'any':
      return 'required';
    case 'none':
      return 'none';
    case 'tool':
      return { name: choice.name ?? '' };
    default:
      return 'auto';
  }
}

function readFormat(body: Body): AnswerFormat {
  const format = body.output_config?.format ?? body.output_format;
  return format == null ? 'text' : { json: format.schema };
}

function whole(completion: Completion): object {
  return {
    ...envelope(completion),
    content: completion.blocks.map(contentBlock),
    stop_reason: stopReason(completion),
    stop_sequence: null,
    usage: { ...inputUsage(completion), output_tokens: completion.outputTokens },
  };
}

function contentBlock(part: Block): object {
  return part.kind === 'text'
    ? { type: 'text', text: part.text }
    : { type: 'tool_use', id: part.id, name: part.name, input: parseInput(part.input) };
}

/** Input cut off by the token limit is no JSON any more; the vendor then hands over an empty object. */
function parseInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function script(completion: Completion) {
  const content = completion.blocks.flatMap((part, index) => [
    event('content_block_start', { index, content_block: openingBlock(part) }),
    ...pieces(part.kind === 'text' ? part.text : part.input).map((piece) =>
      event('content_block_delta', { index, delta: deltaOf(part, piece) }, countTokens(piece)),
    ),
    event('content_block_stop', { index }),
  ]);
  return {
    opening: [
      event('message_start', {
        message: {
          ...envelope(completion),
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...inputUsage(completion), output_tokens: 1 },
        },
      }),
      event('ping', {}),
    ],
    content,
    closing: [
      event('message_delta', {
        delta: { stop_reason: stopReason(completion), stop_sequence: null },
        usage: { output_tokens: completion.outputTokens },
      }),
    ],
    sentinel: [event('message_stop', {})],
  };
}

function event(type: string, payload: object, tokens = 0): WireEvent {
  return { event: type, data: JSON.stringify({ type, ...payload }), tokens };
}

function openingBlock(part: Block): object {
  return part.kind === 'text'
    ? { type: 'text', text: '' }
    : { type: 'tool_use', id: part.id, name: part.name, input: {} };
}

function deltaOf(part: Block, piece: string): object {
  return part.kind === 'text'
    ? { type: 'text_delta', text: piece }
    : { type: 'input_json_delta', partial_json: piece };
}

function envelope({ id, model }: Completion) {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model };
}

function stopReason(completion: Completion): string {
  if (completion.filtered) return 'refusal';
  if (completion.truncated) return 'max_tokens';
  return completion.blocks.some((part) => part.kind === 'call') ? 'tool_use' : 'end_turn';
}

function inputUsage({ inputTokens }: Completion) {
  return { input_tokens: inputTokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
}
