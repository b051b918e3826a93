/** Characters to a token. Real tokenisers average near four for English prose. */
export const CHARACTERS_PER_TOKEN = 4;

/**
 * Tokens in a text, by the rule of thumb that a token is four characters, rounded up.
 * Not any vendor's tokeniser: good for usage, limits and prices in simulation, not for billing.
 */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
