import { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import { estimateQuality } from '../core/routing/quality/estimate-quality.ts';
import { learnQuality } from '../core/routing/quality/learn-quality.ts';
import { trainClassTable } from '../core/routing/quality/train-class-table.ts';
import type { ClassTable, Outcome, Quality } from '../core/vocabulary/quality.ts';
import { writeLearntFile } from '../quality/learnt-file.ts';
import { readOutcomes } from '../quality/read-outcomes.ts';
import { readPrompts } from '../quality/read-prompts.ts';
import { print } from './options.ts';
import { newTable } from './table.ts';

interface LearnOptions {
  readonly outcomes: string;
  readonly prompts?: string;
  readonly out: string;
  readonly pool?: string;
  readonly config?: string;
}

export const learnCommand = new Command('learn')
  .description('Learn how often models succeed, and what they cost, from a file of outcomes.')
  .requiredOption(
    '--outcomes <file>',
    'a CSV, as it is or gzipped, with the columns prompt_id, task_class, model, score (0-1), cost_usd and, if known, endpoint',
  )
  .option(
    '--prompts <file>',
    'the texts of the requests, to tell classes by: JSON lines, as they are or gzipped, with prompt_id and prompt',
  )
  .requiredOption('--out <file>', 'what to write: the file that `quality` in the config names')
  .option('--pool <name>', 'only the rows of one pool, where the file has a column pool')
  .option('-c, --config <file>', 'refuse models that this config does not know')
  .action(async ({ outcomes: file, prompts, out, pool, config }: LearnOptions) => {
    const knownModels =
      config === undefined ? undefined : resolveConfig(await loadConfig(config), 'live').modelIds;
    const outcomes = readOutcomes(file, { pool, knownModels });
    const learnt = learnQuality(outcomes);
    const classes = prompts === undefined ? undefined : learnClasses(outcomes, readPrompts(prompts, pool));
    writeLearntFile(out, { ...learnt, ...(classes && { classes }) });
    print(renderBest(estimateQuality(learnt.cells)));
    print(`Learnt from ${learnt.requests} requests into ${out}.`);
  });

function learnClasses(outcomes: readonly Outcome[], texts: ReadonlyMap<string, string>): ClassTable {
  const classes = new Map(outcomes.map(({ requestId, taskClass }) => [requestId, taskClass]));
  return trainClassTable(
    [...classes].flatMap(([requestId, taskClass]) => {
      const text = texts.get(requestId);
      return text === undefined ? [] : [{ taskClass, text }];
    }),
  );
}

/** The likeliest model of each class to succeed. */
function renderBest({ estimates }: Quality): string {
  const table = newTable(['Task class', 'Likeliest to succeed', 'Chance', '±', 'USD']);
  for (const [taskClass, row] of estimates) {
    const [model, best] = [...row].reduce((a, b) => (b[1].success > a[1].success ? b : a));
    table.push([
      taskClass,
      model,
      `${(100 * best.success).toFixed(1)}%`,
      `${(100 * best.successSd).toFixed(1)}`,
      best.costUsd.toPrecision(3),
    ]);
  }
  return table.toString();
}
