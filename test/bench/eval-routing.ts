/**
 * How well the production router does on outcomes it has not seen. Prints JSON.
 *
 *   npm run -s eval:routing -- --outcomes FILE.csv.gz --pool NAME --value 20 --learn train --decide valid --out decisions.jsonl
 *
 * With `--prompts FILE.jsonl.gz` it judges the same routes where task classes are inferred from the texts, too.
 *
 * `--cost-share 0.12` in place of `--value` asks for what succeeds most at that share of the best single model's cost.
 * `--escalate` decides cascades, for a perfect check or one that `--accepts-wrong 0.3 --rejects-right 0.1` describes.
 * `--folds 5 --seeds 5` pools both splits and decides each fold by the others, once a seed; `decisions.jsonl` becomes
 * `decisions-s1.jsonl`, … `--shuffle-classes` deals the task classes out at random first: no gain may be left.
 */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { SignalboxError } from '../../src/core/vocabulary/errors.ts';
import { readOutcomes } from '../../src/quality/read-outcomes.ts';
import { readPrompts } from '../../src/quality/read-prompts.ts';
import {
  type Decided,
  decideAll,
  decideFolds,
  type Goal,
  groupByRequest,
  shuffleClasses,
  type Terms,
} from './judge-routing.ts';
import { type Gain, judge, type Verdict } from './verdict.ts';

interface Options {
  outcomes: string;
  prompts?: string;
  pool?: string;
  value?: number;
  costShare?: number;
  learn: string;
  decide: string;
  out: string;
  escalate: boolean;
  acceptsWrong: number;
  rejectsRight: number;
  folds?: number;
  seeds: number;
  shuffleClasses: boolean;
}

const options = new Command('eval:routing')
  .requiredOption('--outcomes <file>', 'what each model did on each request, a CSV, as it is or gzipped')
  .option('--prompts <file>', 'the texts of the requests, JSON lines: judges inferred task classes, too')
  .option('--pool <name>', 'only the rows of one pool')
  .option('--value <usd>', 'what a success is worth', aboveZero)
  .option(
    '--cost-share <share>',
    "in its place: most successes at so much of the best single model's cost",
    aboveZero,
  )
  .option('--learn <split>', 'learn from these rows', 'train')
  .option('--decide <split>', 'decide and judge these', 'valid')
  .requiredOption('--out <file>', 'where the decisions go, JSON lines')
  .option('--escalate', 'decide cascades, cheap then stronger', false)
  .option('--accepts-wrong <chance>', 'how often the check between them accepts a wrong answer', chance, 0)
  .option('--rejects-right <chance>', 'how often it rejects a right one', chance, 0)
  .option('--folds <count>', 'pool both splits and decide each fold by the others', aboveZero)
  .option('--seeds <count>', 'so many times over', aboveZero, 1)
  .option('--shuffle-classes', 'deal the task classes out at random first: no gain may be left', false)
  .parse()
  .opts<Options>();

try {
  const { outcomes: file, out, pool, learn, decide, folds } = options;
  const read = (splits: string[]) => groupByRequest(readOutcomes(file, { pool, splits }));
  const check = {
    acceptsWrong: options.acceptsWrong,
    rejectsRight: options.rejectsRight,
    costUsd: 0,
  };
  const texts = options.prompts === undefined ? undefined : readPrompts(options.prompts, pool);
  const terms: Terms = { goal: goalOf(), check: options.escalate ? check : undefined, texts };
  if (folds === undefined) {
    const decided = decideAll(read([learn]), read([decide]), terms);
    write(out, decided);
    print(judge(decided, check));
  } else {
    const pooled = read([learn, decide]);
    const verdicts = Array.from({ length: options.seeds }, (_, i) => {
      const seed = i + 1;
      const requests = options.shuffleClasses ? shuffleClasses(pooled, seed) : pooled;
      const decided = decideFolds(requests, { folds, seed }, terms);
      write(out.replace(/(\.\w+)?$/, `-s${seed}$1`), decided);
      return judge(decided, check);
    });
    print({ mean: { ...averages(verdicts) }, seeds: verdicts });
  }
} catch (error) {
  if (!(error instanceof SignalboxError)) throw error;
  process.stderr.write(`Error: ${error.message}\nRemedy: ${error.remedy}\n`);
  process.exitCode = 1;
}

function goalOf(): Goal {
  const { value, costShare } = options;
  if (costShare !== undefined) return { costShare };
  if (value !== undefined) return { valueUsd: value };
  throw new SignalboxError(
    'Neither --value nor --cost-share is given.',
    'Say what a success is worth, e.g. --value 20.',
  );
}

function aboveZero(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('Give a number above 0.');
}

function chance(text: string): number {
  const number = Number(text);
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('Give a chance, 0 to 1.');
}

function averages(verdicts: readonly Verdict[]) {
  const of = (pick: (verdict: Verdict) => number) =>
    verdicts.reduce((total, verdict) => total + pick(verdict), 0) / verdicts.length;
  const gainOf = (pick: (verdict: Verdict) => Gain) => ({
    gain: of((verdict) => pick(verdict).gain),
    shareOfClassOracle: of((verdict) => pick(verdict).shareOfClassOracle),
    shareOfPromptOracle: of((verdict) => pick(verdict).shareOfPromptOracle),
  });
  return {
    utility: of(({ utility }) => utility),
    success: of(({ success }) => success),
    costUsd: of(({ costUsd }) => costUsd),
    overLearntSingle: gainOf(({ overLearntSingle }) => overLearntSingle),
    overHindsightSingle: gainOf(({ overHindsightSingle }) => overHindsightSingle),
  };
}

function write(file: string, decided: readonly Decided[]): void {
  const lines = decided.map(({ request: { requestId }, models }) =>
    JSON.stringify({ prompt_id: requestId, models }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
}

function print(value: unknown): void {
  process.stdout.write(
    `${JSON.stringify(value, (_, x) => (typeof x === 'number' ? Number(x.toPrecision(6)) : x), 2)}\n`,
  );
}
