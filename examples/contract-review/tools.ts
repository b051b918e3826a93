import { readFile } from 'node:fs/promises';
import { tool } from 'signalbox';
import { z } from 'zod';

/** Finds the sentences of the document that mention the words asked for. */
export const searchDocument = tool({
  description: 'Searches the document for words and returns the sentences that mention them, best first.',
  input: z.object({ query: z.string().describe('words to look for') }),
  async execute({ query }, { context }) {
    const text = await readFile(String(context.path), 'utf8');
    const words = query.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? [];
    const sentences = text.replace(/\s+/g, ' ').split(/(?<=[.;:])\s+(?=[A-Z("])/);
    return sentences
      .map((sentence) => ({
        sentence,
        hits: words.filter((word) => sentence.toLowerCase().includes(word)).length,
      }))
      .filter(({ hits }) => hits > 0)
      .sort((a, b) => b.hits - a.hits)
      .slice(0, 5)
      .map(({ sentence }) => sentence);
  },
});
