import type {
  LanguageModelV4,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { retelling } from './retelling.ts';

/** On a reasoning part: it is to be kept. */
const MARK = { openaiCompatible: {} };

/**
 * DeepSeek, Moonshot and those who serve their models refuse a call of a tool that comes back without the reasoning
 * before it, where they told that in `reasoning_content`: this marks it. Others, who tell it elsewhere, refuse it.
 */
export const keepingReasoningContent = (model: LanguageModelV4): LanguageModelV4 =>
  retelling(model, { whole: marked, parts: marking });

function marked(answer: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult {
  const isKept =
    isTold(answer.response?.body, 'message') && answer.content.some(({ type }) => type === 'tool-call');
  if (!isKept) return answer;
  const content = answer.content.map((part) =>
    part.type === 'reasoning' ? { ...part, providerMetadata: MARK } : part,
  );
  return { ...answer, content };
}

/** Only at the end is it known whether a tool was called. */
function marking(): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  const ids = new Set<string>();
  let told = false;
  let called = false;
  return new TransformStream({
    transform(part, controller) {
      if (part.type === 'raw') {
        told ||= isTold(part.rawValue, 'delta');
        return;
      }
      called ||= part.type === 'tool-call';
      if (part.type === 'reasoning-start') ids.add(part.id);
      if (part.type === 'finish' && told && called) {
        for (const id of ids) controller.enqueue({ type: 'reasoning-end', id, providerMetadata: MARK });
      }
      controller.enqueue(part);
    },
  });
}

function isTold(body: unknown, field: 'message' | 'delta'): boolean {
  const { choices } = (body ?? {}) as { choices?: unknown };
  const [choice] = Array.isArray(choices) ? choices : [];
  return typeof choice?.[field]?.reasoning_content === 'string';
}
