import type { Usage } from '../vocabulary/attempt.ts';
import type { TokenCounts } from '../vocabulary/ledger.ts';
import type { Model } from '../vocabulary/model.ts';

/** Our figures for a model may be a release behind; a count twice as high as they allow is no count. */
const SLACK = 2;

/**
 * The counts that cannot be: negative, not whole, a part larger than its whole, or more than the model can hold. Usage
 * with any of them says nothing about money: keep it as reported, flag it, and settle at the allotment.
 * @returns their names, none where the usage is plausible
 */
export function absurdCounts(
  tokens: TokenCounts,
  { contextTokens, maxOutputTokens }: Pick<Model, 'contextTokens' | 'maxOutputTokens'>,
): (keyof TokenCounts)[] {
  const { input, output, cacheRead = 0 } = tokens;
  const most: Record<keyof TokenCounts, number> = {
    input: SLACK * contextTokens,
    output: SLACK * maxOutputTokens,
    cacheRead: input,
    cacheWrite: input - cacheRead,
    reasoning: output,
    // Of what went in or of what came out.
    audio: input + output,
    image: input + output,
  };
  return (Object.keys(most) as (keyof TokenCounts)[]).filter((name) => {
    const count = tokens[name];
    return count !== undefined && !(Number.isSafeInteger(count) && count >= 0 && count <= most[name]);
  });
}

/** What an attempt's usage says, in the ledger's words. */
export const tokensOf = (usage: Usage): TokenCounts => ({
  input: usage.inputTokens,
  output: usage.outputTokens,
  cacheRead: usage.cacheReadTokens ?? 0,
  cacheWrite: usage.cacheWriteTokens ?? 0,
  reasoning: usage.reasoningTokens ?? 0,
  ...(usage.audioTokens !== undefined && { audio: usage.audioTokens }),
  ...(usage.imageTokens !== undefined && { image: usage.imageTokens }),
});
