/** A step that names no class gets one from its prompt, by what was learnt. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { learnQuality } from '../../src/core/routing/quality/learn-quality.ts';
import { trainClassTable } from '../../src/core/routing/quality/train-class-table.ts';
import { writeLearntFile } from '../../src/quality/learnt-file.ts';
import { askUnder } from './agents.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();
const folder = mkdtempSync(join(tmpdir(), 'signalbox-inferred-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Invoices are best read by one model, poems best written by another. */
function learntFile(): string {
  const texts = Array.from({ length: 60 }, (_, i) => [
    {
      taskClass: 'extraction',
      text: `Extract the invoice number, the amount and the date from invoice ${i}.`,
    },
    { taskClass: 'writing', text: `Write a poem of ${i} lines about the sea and the wind in spring.` },
  ]).flat();
  const outcomes = texts.flatMap(({ taskClass }, i) =>
    ['sim-atlas-small', 'sim-quarry-s'].map((model) => ({
      ...{ requestId: String(i), taskClass, model, costUsd: 0.001 },
      score: (model === 'sim-quarry-s') === (taskClass === 'writing') ? 1 : 0,
    })),
  );
  const file = join(folder, 'quality.json');
  writeLearntFile(file, { ...learnQuality(outcomes), classes: trainClassTable(texts) });
  return file;
}

it('the class and the model that is best at it', async () => {
  const stage = await newStage({
    quality: learntFile(),
    policy: { models: { allow: ['sim-atlas-small', 'sim-quarry-s'] } },
  });
  const run = await stage.start(askUnder, {
    prompt:
      'Extract the invoice number and the amount from invoice 7: number 7, amount 12 dollars, date 3 May.',
  });
  await run.result();
  const [step] = (await run.state()).steps;
  expect(step).toMatchObject({ taskClass: 'extraction', endpoint: 'sim-aurora/sim-atlas-small' });
  expect(step!.decision!.candidates[0]).toMatchObject({ basis: 'observed' });
});

it('without anything learnt the class is the default one', async () => {
  const stage = await newStage();
  const run = await stage.start(askUnder, { prompt: 'What opened? The mill opened in 1890.' });
  await run.result();
  expect((await run.state()).steps[0]).toMatchObject({ taskClass: 'default' });
});
