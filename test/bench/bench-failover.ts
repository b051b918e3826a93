/**
 * Whether every failure ends as the table of failures wants it, over each wire format, streamed and in one piece: the
 * answer's bytes are those of a healthy answer, and the simulated providers' own logs count the requests. Then an outage of a
 * minute, and how long a failure takes to become the next request. Prints JSON.
 *
 *   npm run -s bench:failover -- [--only FAULT]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { WIRES } from '../../src/core/vocabulary/model.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import type { LogEntry } from '../../src/simulated/request-log.ts';
import { startDevEnvironment } from '../../src/testing/dev-environment.ts';
import { ask } from './failover/agents.ts';
import { CASES, type FailoverCase } from './failover/cases.ts';
import { configOf, type Pair, pairOf } from './failover/config.ts';
import { inLanes } from './in-lanes.ts';
import { percentile } from './percentile.ts';

const { only } = new Command('bench:failover')
  .option('--only <fault>', 'only the cases of this fault, and nothing after them')
  .parse()
  .opts<{ only?: string }>();

const AT_ONCE = 8;
const OUTAGE_MS = 60_000;
const OUTAGE_EVERY_MS = 4_000;
const LATENCY_RUNS = 50;
const PROMPT =
  'What opened, in which year and where? The mill of Ellerby opened in 1890 and it was the largest mill of the county.';

interface Trial extends FailoverCase, Pair {
  readonly refused: boolean;
}

const kinds = WIRES.flatMap((wire) => [true, false].map((streams) => ({ wire, streams })));
const trials = kinds.flatMap(({ wire, streams }) =>
  CASES.filter(({ fault }) => only === undefined || fault === only).map((given): Trial => {
    const refused = given.fault === 'refused';
    return { ...given, ...pairOf(wire, streams, given.fault), refused };
  }),
);
const healthy = kinds.map(({ wire, streams }) => pairOf(wire, streams, 'healthy'));
const outage = pairOf('openai-compatible', true, 'outage');
const latency = Array.from({ length: LATENCY_RUNS }, (_, i) =>
  pairOf('openai-compatible', true, `latency-${i}`),
);
const untroubled = [...healthy, outage, ...latency].map((pair) => ({ ...pair, refused: false }));

const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-failover-'));
const environment = await startDevEnvironment({
  config: configOf([...trials, ...untroubled]),
  directory: folder,
  latencyScale: 0.1,
});
const { signalbox, simulated } = environment;
const { control } = simulated!;
let runs = 0;

/** What a run over the pair's two endpoints gives: its answer, or the kind that parked it. */
async function askPair({ model }: Pair, shaped = false): Promise<{ text?: string; parked?: string }> {
  runs += 1;
  const policy = { models: { allow: [model] } };
  const run = await signalbox.start(ask, { prompt: PROMPT, shaped }, { id: `failover-${runs}`, policy });
  try {
    return { text: await run.result() };
  } catch (error) {
    const [parked] = (error as { parked?: { kind?: string; message: string }[] }).parked ?? [];
    return { parked: parked?.kind ?? String(error) };
  }
}

const requestsTo = (log: readonly LogEntry[], name: string) =>
  log.filter(({ provider }) => provider === name);

const keyOf = ({ wire, streams }: Pair, shaped = false) => `${wire} ${streams} ${shaped}`;

async function healthyAnswers(): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  for (const pair of healthy) {
    for (const shaped of [false, true]) {
      const { text, parked } = await askPair(pair, shaped);
      if (!text) throw new Error(`${keyOf(pair, shaped)} gave no healthy answer: ${parked}`);
      answers.set(keyOf(pair, shaped), text);
    }
  }
  return answers;
}

async function judge(trial: Trial, answers: ReadonlyMap<string, string>) {
  const { row, fault, fallbackFault, wire, streams, primary, fallback, parks, shaped } = trial;
  if (!trial.refused) await control.setFault(primary, parseFault(fault));
  if (fallbackFault) await control.setFault(fallback, parseFault(fallbackFault));
  const startedMs = performance.now();
  const { text, parked } = await askPair(trial, shaped);
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;

  const log = await control.log();
  const attempts = [requestsTo(log, primary).length, requestsTo(log, fallback).length];
  const wanted = (!streams && trial.attemptsWhole) || trial.attempts;
  const asWanted = attempts.every((count, i) => count === wanted[i]);
  const whole = text === answers.get(keyOf(trial, shaped));
  const passed = asWanted && (parks ? parked === parks : whole);
  return {
    ...{ row, fault, wire, streamed: streams, passed, primary: attempts[0], fallback: attempts[1], seconds },
    outcome: parked ?? (whole ? 'answered' : 'another answer'),
    ...(!passed && { wanted, text }),
  };
}

/** Requests that the dead endpoint sees, of runs that come every few seconds. */
async function outageAttempts(): Promise<{ primary: number; answered: number }> {
  await control.setFault(outage.primary, parseFault('503'));
  const answers: Promise<{ text?: string }>[] = [];
  for (let at = 0; at < OUTAGE_MS; at += OUTAGE_EVERY_MS) {
    answers.push(askPair(outage));
    await sleep(OUTAGE_EVERY_MS);
  }
  const answered = (await Promise.all(answers)).filter(({ text }) => text !== undefined).length;
  return { primary: requestsTo(await control.log(), outage.primary).length, answered };
}

/** From the refusal leaving the one provider to the next request reaching the other, one run at a time. */
async function failoverMs(): Promise<number[]> {
  for (const { primary } of latency) await control.setFault(primary, parseFault('404'));
  for (const pair of latency) await askPair(pair);
  const log = await control.log();
  return latency.map(({ primary, fallback }) => {
    const [failed] = requestsTo(log, primary);
    const [next] = requestsTo(log, fallback);
    return next!.atMs - failed!.endedMs!;
  });
}

try {
  const answers = await healthyAnswers();
  const faults = await inLanes(AT_ONCE, trials, (trial) => judge(trial, answers));
  const total = faults.length;
  const passed = faults.filter((fault) => fault.passed).length;
  const rest =
    only === undefined
      ? await outageAttempts().then(async ({ primary, answered }) => {
          const times = await failoverMs();
          return {
            outageRequests: OUTAGE_MS / OUTAGE_EVERY_MS,
            outageAnswered: answered,
            outagePrimaryAttempts: primary,
            failoverP50Ms: percentile(times, 0.5),
            failoverP95Ms: percentile(times, 0.95),
          };
        })
      : {};
  process.stdout.write(`${JSON.stringify({ total, passed, ...rest, faults }, undefined, 1)}\n`);
} finally {
  await environment.close();
  rmSync(folder, { recursive: true, force: true });
}
