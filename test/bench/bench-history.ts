/**
 * The same work, a call of a tool and two kilobytes a turn, through ours and through the newest `@temporalio/ai-sdk`: bytes
 * and events of history and the time of a whole run, at 1 to 100 turns, and bytes and events again where the workers keep
 * no runs in memory. Prints JSON; exits with 1 where a target is missed.
 *
 *   npm run -s bench:history -- [--rounds 5] [--turns 1,10,25,50,100]
 */
import { Command } from 'commander';
import { percentile } from './percentile.ts';
import { type Measured, SIDES, type Side, Sides } from './turns/sides.ts';

const options = new Command('bench:history')
  .option('--rounds <count>', 'runs of each side at each length', Number, 5)
  .option('--turns <list>', 'lengths', (list) => list.split(',').map(Number), [1, 10, 25, 50, 100])
  .parse()
  .opts<{ rounds: number; turns: number[] }>();

const MOST_BYTES_AT_100 = 600_000;
const MOST_EVENTS_SHARE = 1.03;
const LEAST_TIMES_FASTER = 1.8;
/** Moments and tokens are written with more digits, and a queue of a worker's own has a longer name. */
const SAME_BYTES = 0.05;

type Row = Readonly<Record<Side, Measured>>;

const median = (numbers: readonly number[]) => percentile(numbers, 0.5);

function medianOf(measured: readonly Measured[]): Measured {
  const of = (field: 'bytes' | 'events' | 'ms') => Math.round(median(measured.map((one) => one[field])));
  return { bytes: of('bytes'), events: of('events'), ms: of('ms'), answer: measured[0]!.answer };
}

/** One after the other, each first in every other round. */
async function rowsOf(sides: Sides, rounds: number): Promise<Map<number, Row>> {
  const rows = new Map<number, Row>();
  for (const turns of options.turns) {
    const measured: Record<Side, Measured[]> = { ours: [], aiSdk: [] };
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed())
        measured[side].push(await sides.run(side, turns));
    }
    const answers = new Set(SIDES.flatMap((side) => measured[side].map(({ answer }) => answer)));
    if (answers.size > 1)
      throw new Error(`${turns} turns have ${answers.size} answers: ${[...answers].join(' ')}`);
    rows.set(turns, { ours: medianOf(measured.ours), aiSdk: medianOf(measured.aiSdk) });
    process.stderr.write(`${turns} turns: ${JSON.stringify(rows.get(turns))}\n`);
  }
  return rows;
}

const sizes = ({ bytes, events }: Measured) => ({ bytes, events });
const timed = ({ bytes, events, ms }: Measured) => ({ bytes, events, ms });
const isSame = (one: number, other: number) => Math.abs(one / other - 1) <= SAME_BYTES;

const sides = await Sides.start();
try {
  const rows = await sides.withWorkers({}, () => rowsOf(sides, options.rounds));
  const uncached = await sides.withWorkers({ maxCachedWorkflows: 0 }, () => rowsOf(sides, 1));
  const lengths = [...rows.keys()].sort((a, b) => a - b);
  const longest = lengths.at(-1)!;
  const { ours, aiSdk } = rows.get(longest)!;
  // Between two lengths, so that what a run has but once is left out.
  const bytesATurn = Object.fromEntries(
    lengths.slice(1).map((turns, i) => {
      const [before, now] = [rows.get(lengths[i]!)!, rows.get(turns)!];
      return [turns, Math.round((now.ours.bytes - before.ours.bytes) / (turns - lengths[i]!))];
    }),
  );
  const passed = {
    smallAt100: ours.bytes <= (MOST_BYTES_AT_100 * longest) / 100,
    bytesATurnTheSame: Object.values(bytesATurn).every((bytes, _, all) => isSame(bytes, all[0]!)),
    fewEvents: ours.events <= aiSdk.events * MOST_EVENTS_SHARE,
    faster: aiSdk.ms >= ours.ms * LEAST_TIMES_FASTER,
    sameUncached: [...rows].every(([turns, row]) => {
      const replayed = uncached.get(turns)!.ours;
      return row.ours.events === replayed.events && isSame(row.ours.bytes, replayed.bytes);
    }),
  };
  process.stdout.write(
    `${JSON.stringify(
      {
        rows: [...rows].map(([turns, row]) => ({
          turns,
          ...{ ours: timed(row.ours), aiSdk: timed(row.aiSdk) },
          uncached: { ours: sizes(uncached.get(turns)!.ours), aiSdk: sizes(uncached.get(turns)!.aiSdk) },
        })),
        ...{ bytesATurn, timesLess: aiSdk.bytes / ours.bytes, timesFaster: aiSdk.ms / ours.ms },
        ...{ eventsShare: ours.events / aiSdk.events, peer: `@temporalio/ai-sdk ${sides.peerVersion}` },
        ...{ rounds: options.rounds, passed },
      },
      undefined,
      1,
    )}\n`,
  );
  if (Object.values(passed).includes(false)) process.exitCode = 1;
} finally {
  await sides.close();
}
