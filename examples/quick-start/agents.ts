import { agent } from 'signalbox/workflow';
import { z } from 'zod';

const Facts = z.object({ product: z.string(), problem: z.string() });

export const triage = agent({ name: 'triage', input: z.string() }, async (run, mail) => {
  const facts = await run.step('extract', {
    task: 'extraction',
    prompt: `What is it about?\n\n${mail}`,
    output: Facts,
  });
  const reply = await run.step('reply', { task: 'writing', prompt: `Answer this mail:\n\n${mail}` });
  return { facts, reply };
});
