import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4TextPart,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { ModelCall } from '../../activities/ports.ts';
import { modalityOf } from '../core/transcript/modality.ts';
import { translate } from '../core/transcript/translate.ts';
import type { AssistantPart, FilePart, Message, Prompt, TextPart } from '../core/vocabulary/transcript.ts';
import { providerOptions } from './language-model.ts';
import { strictSchema } from './strict-schema.ts';

/** A call in the AI SDK's terms, as the endpoint can take it. */
export function callOptions(call: ModelCall, endpoint: string): LanguageModelV4CallOptions {
  const strict = call.outputSchema && strictSchema(call.outputSchema);
  return {
    prompt: [
      ...(call.system ? [{ role: 'system' as const, content: call.system }] : []),
      ...translate(call.messages, endpoint).map(toSdkMessage),
    ],
    maxOutputTokens: call.maxOutputTokens,
    ...(call.outputSchema && {
      responseFormat: { type: 'json', name: 'answer', schema: (strict ?? call.outputSchema) as JSONSchema7 },
    }),
    ...(call.tools.length > 0 && {
      tools: call.tools.map(({ name, description, inputSchema }) => ({
        type: 'function' as const,
        name,
        description,
        inputSchema: inputSchema as JSONSchema7,
      })),
      toolChoice: { type: 'auto' as const },
    }),
    providerOptions: providerOptions(strict !== undefined),
    headers: {
      'x-signalbox-run': encodeURIComponent(call.labels.run),
      'x-signalbox-step': encodeURIComponent(call.labels.step),
      'x-signalbox-turn': call.labels.turn,
      'x-client-request-id': encodeURIComponent(call.labels.requestId),
    },
  };
}

function toSdkMessage(message: Message): LanguageModelV4Message {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: partsOf(message.content).map(toSdkPromptPart) };
    case 'assistant':
      return { role: 'assistant', content: message.content.map(toSdkPart) };
    case 'tool':
      return {
        role: 'tool',
        content: message.content.map(({ toolCallId, toolName, output, isError }) => ({
          type: 'tool-result',
          toolCallId,
          toolName,
          output: { type: isError ? 'error-json' : 'json', value: output },
        })),
      };
  }
}

const partsOf = (prompt: Prompt): Exclude<Prompt, string> =>
  typeof prompt === 'string' ? [{ type: 'text', text: prompt }] : prompt;

/** Files of text are told as text, which every vendor takes. */
function toSdkPromptPart(part: TextPart | FilePart): LanguageModelV4TextPart | LanguageModelV4FilePart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { data, mediaType, filename } = part;
  if (modalityOf(mediaType) === 'text') {
    const text = Buffer.from(data, 'base64').toString();
    return { type: 'text', text: filename === undefined ? text : `${filename}:\n${text}` };
  }
  return {
    ...{ type: 'file', mediaType, data: { type: 'data', data } },
    ...(filename !== undefined && { filename }),
  };
}

/** Marks are JSON of the vendor's own, which only differs from ours in what may be changed. */
function toSdkPart(part: AssistantPart) {
  const { providerOptions: marks, ...rest } = part;
  return { ...rest, ...(marks && { providerOptions: marks as SharedV4ProviderOptions }) };
}
