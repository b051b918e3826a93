import type { JSONSchema7, LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import type { ModelCall } from '../../activities/ports.ts';
import type { Message } from '../core/vocabulary/transcript.ts';

/** A call in the AI SDK's terms. */
export function callOptions(call: ModelCall): LanguageModelV4CallOptions {
  return {
    prompt: [
      ...(call.system ? [{ role: 'system' as const, content: call.system }] : []),
      ...call.messages.map(toSdkMessage),
    ],
    maxOutputTokens: call.maxOutputTokens,
    ...(call.outputSchema && {
      responseFormat: { type: 'json', name: 'answer', schema: call.outputSchema as JSONSchema7 },
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
      return { role: 'user', content: [{ type: 'text', text: message.content }] };
    case 'assistant':
      return { role: 'assistant', content: message.content.map((part) => ({ ...part })) };
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
