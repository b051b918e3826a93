import type { Answer } from './models/conversation.ts';
import type { LogEntry } from './request-log.ts';
import type { SimulatedModel } from './simulated-providers.ts';
import { CHARACTERS_PER_TOKEN, countTokens } from './tokens.ts';
import { signatureOf } from './wire/signature.ts';
import type { Block, Completion, WireRequest } from './wire/wire.ts';

/** Asks the model, and cuts its answer where the token limit says. */
export function complete(
  request: WireRequest,
  answer: Answer,
  model: SimulatedModel,
  entry: LogEntry,
): Completion {
  const maxTokens = request.maxTokens ?? model.maxOutputTokens;
  const maxCharacters = maxTokens * CHARACTERS_PER_TOKEN;
  const { text, calls = [] } = answer({ ...request, maxCharacters });
  // Unlike the words, ids must differ between two requests that say the same.
  const id = `sim-${entry.conversation.slice(0, 12)}-${entry.id}`;
  const whole: Block[] = [
    ...(text === undefined ? [] : [{ kind: 'text' as const, text }]),
    ...calls.map(({ name, input }, index) => ({
      kind: 'call' as const,
      id: `call_${id}-${index}`,
      name,
      input: JSON.stringify(input),
    })),
  ];
  const blocks = cutAfter(whole, maxCharacters);
  return {
    id,
    model: model.id,
    createdAtMs: entry.atMs,
    blocks,
    truncated: charactersIn(blocks) < charactersIn(whole),
    filtered: false,
    ...(request.signed && { signature: signatureOf(model.id) }),
    inputTokens: entry.inputTokens,
    outputTokens: blocks.reduce((sum, block) => sum + countTokens(contentOf(block)), 0),
  };
}

function cutAfter(blocks: readonly Block[], maxCharacters: number): Block[] {
  let left = maxCharacters;
  return blocks.flatMap((block) => {
    if (left <= 0) return [];
    const content = contentOf(block).slice(0, left);
    left -= content.length;
    return [block.kind === 'text' ? { ...block, text: content } : { ...block, input: content }];
  });
}

function charactersIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + contentOf(block).length, 0);
}

function contentOf(block: Block): string {
  return block.kind === 'text' ? block.text : block.input;
}
