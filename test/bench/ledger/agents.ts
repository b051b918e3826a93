/** What the ledger bench runs: three steps, the last of them beside the second. */
import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';

export const books = agent(
  { name: 'books', input: z.object({ text: z.string() }), limits: { usd: 5, wait: '30s' } },
  async (run, { text }) => {
    const first = await run.step('summary', { task: 'summarization', prompt: `Summarize.\n\n${text}` });
    const [second, third] = await Promise.all([
      run.step('answer', { task: 'writing', prompt: `What opened?\n\n${text}\n\n${first}` }),
      run.step('kind', { task: 'classification', prompt: `Is this a mill or a bridge?\n\n${text}` }),
    ]);
    return { first, second, third };
  },
);
