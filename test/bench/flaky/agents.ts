/** What the flaky bench runs: one small question after the other. */
import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';

export const askOften = agent(
  // Six attempts, the default, would leave one call in ten thousand without an answer.
  { name: 'askOften', input: z.object({ questions: z.array(z.string()) }), limits: { usd: 5, attempts: 12 } },
  async (run, { questions }) => {
    const answers: string[] = [];
    for (const [i, prompt] of questions.entries())
      answers.push(await run.step(`question ${i + 1}`, { task: 'writing', prompt }));
    return answers;
  },
);
