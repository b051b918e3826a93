import { agent } from 'signalbox/workflow';
import { z } from 'zod';

const Parties = z.object({
  parties: z
    .array(z.object({ name: z.string(), role: z.string() }))
    .describe('everyone the contract binds or names as a party'),
  dates: z.array(z.string()).describe('every date in the text, as written'),
  amounts: z.array(z.string()).describe('every amount of money in the text, as written'),
  obligations: z
    .array(z.object({ party: z.string(), obligation: z.string() }))
    .describe('who must or must not do what, one sentence each'),
});
const ClauseType = z.object({
  type: z.enum([
    'definitions',
    'grant',
    'obligation',
    'payment',
    'warranty',
    'liability',
    'termination',
    'patent',
    'governing law',
    'general',
  ]),
});
const Risks = z.object({
  risks: z.array(
    z.object({ topic: z.string(), quote: z.string().describe('the sentence of the contract that shows it') }),
  ),
});
const Review = Parties.extend({
  clauses: z.array(z.object({ title: z.string(), type: z.string() })),
  risks: Risks.shape.risks,
  summary: z.string(),
});
export type Review = z.infer<typeof Review>;

/** Reviews a contract: who must do what, what each clause is, what is risky, and a summary. */
export const contractReview = agent(
  {
    name: 'contractReview',
    input: z.object({ path: z.string(), text: z.string().min(1) }),
    output: Review,
    // Somebody sits and waits for it: better told of an outage than kept waiting for its end.
    limits: { usd: 5, wait: '10s' },
  },
  async (run, { path, text }) => {
    const facts = await run.step('parties and obligations', {
      task: 'extraction',
      prompt: `Extract the parties, dates, amounts and obligations from this contract.\n\n${text}`,
      output: Parties,
    });

    const [clauses, risks, summary] = await Promise.all([
      Promise.all(
        clausesOf(text).map(async (clause, index) => {
          const { type } = await run.step(`clause ${index + 1}`, {
            task: 'classification',
            prompt: `What type of contract clause is this?\n\n${clause.text}`,
            output: ClauseType,
          });
          return { title: clause.title, type };
        }),
      ),
      run.step('risks', {
        task: 'reasoning',
        prompt:
          'Find the risks in the contract for whoever signs it. Search it for these topics, then quote what you found:\n' +
          '- liability\n- warranty\n- termination',
        tools: ['searchDocument'],
        toolContext: { path },
        output: Risks,
      }),
      run.step('summary', {
        task: 'summarization',
        prompt: `Summarize this contract in 4 sentences.\n\n${text}`,
      }),
    ]);
    return { ...facts, clauses, risks: risks.risks, summary };
  },
);

/** Splits at numbered clauses (`7. Additional Terms.`), titled by their first sentence; a text without any is one. */
function clausesOf(text: string): { title: string; text: string }[] {
  const starts = [...text.matchAll(/^[ \t]*\d{1,2}\. (?=\p{Lu})/gmu)].map(({ index }) => index);
  if (starts.length === 0) return [{ title: 'whole text', text }];
  return starts.map((start, index) => {
    const clause = text.slice(start, starts[index + 1]).trim();
    return { title: /^\d+\. [^.\n]{0,80}\.?/.exec(clause)![0], text: clause };
  });
}
