import type { Json } from '../vocabulary/json.ts';
import {
  type AssistantMessage,
  type AssistantPart,
  type Message,
  type ToolCallPart,
  toolCallsOf,
} from '../vocabulary/transcript.ts';

/**
 * A conversation as another endpoint can take it, for no request may be refused because of what others have said in it.
 *
 * T1  What the endpoint said itself it gets back as it was, with its own marks: a vendor checks its signatures.
 * T2  What others said loses their reasoning and their marks, which nobody else can read.
 * T3  Ids of tool calls that others made, or that stand for a second call, are replaced: vendors differ in which letters
 *     and lengths they take, and some count their calls from one in each answer. The same conversation always has the
 *     same ids, so that it can be read from a prompt cache.
 * T4  Calls that were never valid, kept because the model was told so, are made to look it: a name of letters, an input
 *     that is an object.
 * T5  Text of white space alone, which some say before a call, is left out: Anthropic refuses it, even its own.
 */
export function translate(messages: readonly Message[], endpoint: string): Message[] {
  const taken = new Set<string>();
  // Of the calls that await their results; some vendors give several the same id.
  let renamed: { readonly from: string; readonly to: string }[] = [];
  return messages.map((message): Message => {
    if (message.role === 'assistant') {
      const isOwn = message.endpoint === endpoint;
      renamed = toolCallsOf(message).map(({ toolCallId: from }) => {
        const to = isOwn && from !== '' && !taken.has(from) ? from : idOf(taken.size);
        taken.add(to);
        return { from, to };
      });
      const ids = renamed.map(({ to }) => to);
      return {
        ...message,
        content: (isOwn ? message : unmarked(message)).content.flatMap((part): AssistantPart[] => {
          if (part.type === 'tool-call') return [validCall(part, ids.shift()!)];
          return isBlank(part) ? [] : [part];
        }),
      };
    }
    if (message.role === 'tool') {
      const content = message.content.map((part) => {
        const at = renamed.findIndex(({ from }) => from === part.toolCallId);
        const [call] = at < 0 ? [] : renamed.splice(at, 1);
        const toolCallId = call?.to ?? part.toolCallId;
        return { ...part, toolCallId, toolName: nameOf(part.toolName) };
      });
      return { ...message, content };
    }
    return message;
  });
}

/** Nine letters and digits: what Mistral asks for, and all others take. */
const idOf = (index: number) => `call${String(index).padStart(5, '0')}`;

/** What a config allows a tool's name to be, and every vendor takes. */
const nameOf = (toolName: string) => toolName.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unnamed';

const inputOf = (input: Json): Json =>
  typeof input === 'object' && input !== null && !Array.isArray(input) ? input : { input };

const validCall = (call: ToolCallPart, toolCallId: string): ToolCallPart => ({
  ...call,
  toolCallId,
  toolName: nameOf(call.toolName),
  input: inputOf(call.input),
});

/** One with a mark may still be asked for. */
const isBlank = (part: AssistantPart) =>
  part.type === 'text' && part.providerOptions === undefined && part.text.trim() === '';

const unmarked = (message: AssistantMessage): AssistantMessage => ({
  ...message,
  content: message.content.flatMap((part) => {
    const { providerOptions: _, ...rest } = part;
    return part.type === 'reasoning' ? [] : [rest as typeof part];
  }),
});
