/**
 * Whole runs of five turns, twenty at once, through ours and through the newest `@temporalio/ai-sdk`: how many are finished
 * a second. Prints JSON; exits with 1 where ours are fewer than one and a half times as many.
 *
 *   npm run -s bench:throughput -- [--rounds 5] [--runs 100]
 */
import { Command } from 'commander';
import { inLanes } from './in-lanes.ts';
import { percentile } from './percentile.ts';
import { SIDES, type Side, Sides } from './turns/sides.ts';

const options = new Command('bench:throughput')
  .option('--rounds <count>', 'rounds of each side', Number, 5)
  .option('--runs <count>', 'runs in a round', Number, 100)
  .parse()
  .opts<{ rounds: number; runs: number }>();

const TURNS = 5;
const AT_ONCE = 20;
const LEAST_TIMES_AS_MANY = 1.5;

async function runsPerSecond(sides: Sides, side: Side, runs: number, answers: Set<string>): Promise<number> {
  const startedMs = performance.now();
  const done = await inLanes(AT_ONCE, Array.from({ length: runs }), () => sides.run(side, TURNS));
  for (const { answer } of done) answers.add(answer);
  return (1_000 * runs) / (performance.now() - startedMs);
}

const sides = await Sides.start();
try {
  const answers = new Set<string>();
  const rates = await sides.withWorkers({}, async () => {
    for (const side of SIDES) await runsPerSecond(sides, side, AT_ONCE, answers);
    const measured: Record<Side, number[]> = { ours: [], aiSdk: [] };
    for (let round = 0; round < options.rounds; round++) {
      for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed())
        measured[side].push(await runsPerSecond(sides, side, options.runs, answers));
      process.stderr.write(
        `${SIDES.map((side) => `${side} ${measured[side].at(-1)!.toFixed(1)}`).join(', ')}\n`,
      );
    }
    return measured;
  });
  const rateOf = (side: Side) => Number(percentile(rates[side], 0.5).toFixed(2));
  const timesAsMany = rateOf('ours') / rateOf('aiSdk');
  const passed = { sameAnswers: answers.size === 1, asMany: timesAsMany >= LEAST_TIMES_AS_MANY };
  process.stdout.write(
    `${JSON.stringify(
      {
        ...{ ours: { runsPerSecond: rateOf('ours') }, aiSdk: { runsPerSecond: rateOf('aiSdk') } },
        ...{ timesAsMany, peer: `@temporalio/ai-sdk ${sides.peerVersion}` },
        ...{ turns: TURNS, atOnce: AT_ONCE, runs: options.runs, rounds: options.rounds, passed },
      },
      undefined,
      1,
    )}\n`,
  );
  if (Object.values(passed).includes(false)) process.exitCode = 1;
} finally {
  await sides.close();
}
