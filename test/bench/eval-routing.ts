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
import { parseArgs } from 'node:util';
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

const { values: options } = parseArgs({
  options: {
    outcomes: { type: 'string' },
    prompts: { type: 'string' },
    pool: { type: 'string' },
    value: { type: 'string' },
    'cost-share': { type: 'string' },
    learn: { type: 'string', default: 'train' },
    decide: { type: 'string', default: 'valid' },
    out: { type: 'string' },
    escalate: { type: 'boolean', default: false },
    'accepts-wrong': { type: 'string', default: '0' },
    'rejects-right': { type: 'string', default: '0' },
    folds: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    'shuffle-classes': { type: 'boolean', default: false },
  },
});

try {
  const { outcomes: file, out, pool, learn, decide, folds } = options;
  if (file === undefined || out === undefined)
    throw new SignalboxError('--outcomes and --out are needed.', 'Give both files.');
  const read = (splits: string[]) => groupByRequest(readOutcomes(file, { pool, splits }));
  const check = {
    acceptsWrong: chanceOf('accepts-wrong'),
    rejectsRight: chanceOf('rejects-right'),
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
    const verdicts = Array.from({ length: numberOf('seeds') }, (_, i) => {
      const seed = i + 1;
      const requests = options['shuffle-classes'] ? shuffleClasses(pooled, seed) : pooled;
      const decided = decideFolds(requests, { folds: numberOf('folds'), seed }, terms);
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
  return options['cost-share'] === undefined
    ? { valueUsd: numberOf('value') }
    : { costShare: numberOf('cost-share') };
}

function numberOf(name: 'value' | 'cost-share' | 'folds' | 'seeds'): number {
  const number = Number(options[name]);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new SignalboxError(`--${name} ${options[name] ?? 'is missing'}.`, 'Give a number above 0.');
}

function chanceOf(name: 'accepts-wrong' | 'rejects-right'): number {
  const chance = Number(options[name]);
  if (chance >= 0 && chance <= 1) return chance;
  throw new SignalboxError(`--${name} ${options[name]}.`, 'Give a chance, 0 to 1.');
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
