import { CHARS_PER_TOKEN } from '../src/core/transcript/largest-piece.ts';
import { modalityOf, tokensOfFile } from '../src/core/transcript/modality.ts';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import type { Ability, Modality } from '../src/core/vocabulary/model.ts';
import {
  type FilePart,
  filesOf,
  type Message,
  type RequestPolicies,
  type SetupEntry,
  type ShownEntry,
} from '../src/core/vocabulary/transcript.ts';
import { judgeConversation } from './judge-conversation.ts';
import { type ActivityPorts, InvocationFailure, type ToolDeclaration } from './ports.ts';

/** What a model is shown: the folded transcript of a step. */
export interface Conversation {
  readonly system?: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDeclaration[];
  readonly outputSchema?: JsonObject;
  readonly verify: readonly string[];
  /** Where the conversation itself says of which class it is: a judge's. */
  readonly task?: string;
  readonly policies?: RequestPolicies;
}

/** @throws InvocationFailure `invalid_request` where the step names a tool or a judge that this worker does not have */
export async function readConversation(
  entries: readonly ShownEntry[],
  repair: string | undefined,
  ports: ActivityPorts,
): Promise<Conversation> {
  const setup = entries.find((entry): entry is SetupEntry => entry.role === 'setup');
  const conversation = setup?.judge
    ? await judgeConversation({ ...setup, judge: setup.judge }, ports)
    : stepConversation(setup, entries, ports);
  if (repair === undefined) return conversation;
  const shown: Message = { role: 'user', content: repairPrompt(repair) };
  return { ...conversation, messages: [...conversation.messages, shown] };
}

function stepConversation(
  setup: SetupEntry | undefined,
  entries: readonly ShownEntry[],
  { tools }: ActivityPorts,
): Conversation {
  return {
    messages: entries.filter((entry): entry is Message => entry.role !== 'setup'),
    tools: (setup?.tools ?? []).map((name) => {
      const tool = tools.get(name);
      if (tool) return tool;
      const known = [...tools.keys()].join(', ') || 'none';
      const message = `There is no tool "${name}" on this worker; it has ${known}. Add it to tools in the config.`;
      throw new InvocationFailure('invalid_request', message, { billed: false });
    }),
    ...(setup?.system !== undefined && { system: setup.system }),
    ...(setup?.outputSchema && { outputSchema: setup.outputSchema }),
    verify: setup?.verify ?? [],
    ...(setup?.policies && { policies: setup.policies }),
  };
}

const repairPrompt = (error: string) => `Your last answer was not accepted: ${error} Answer again, whole.`;

export function abilitiesFor({ tools, outputSchema }: Conversation): Ability[] {
  return [
    ...(tools.length > 0 ? ['tools' as const] : []),
    ...(outputSchema ? ['structured-output' as const] : []),
  ];
}

export function estimateTokens({ system, messages, tools, outputSchema }: Conversation): number {
  const text = JSON.stringify({ system, messages, tools, outputSchema }, (_, value) =>
    isFile(value) ? value.filename : value,
  );
  const files = filesIn(messages).reduce((sum, file) => sum + tokensOfFile(file), 0);
  return Math.ceil(text.length / CHARS_PER_TOKEN) + files;
}

/** What a model must take beside text to be shown the conversation. */
export function inputsFor({ messages }: Conversation): Modality[] {
  return [...new Set(filesIn(messages).flatMap(({ mediaType }) => modalityOf(mediaType) ?? []))];
}

const filesIn = (messages: readonly Message[]) =>
  messages.flatMap((message) => (message.role === 'user' ? filesOf(message.content) : []));

const isFile = (value: unknown): value is FilePart =>
  typeof value === 'object' && value !== null && 'mediaType' in value;
