/** Reviews a contract on this machine: everything it needs is started, used and ended. `npm run demo -- --help` */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { SignalboxError } from 'signalbox';
import { type RunView, renderRun } from 'signalbox/client';
import {
  connectDevEnvironment,
  type DevEnvironment,
  type Fault,
  findDevEnvironment,
  firstChoice,
  parseFault,
  startDevEnvironment,
} from 'signalbox/testing';
import { contractReview, type Review } from './agents.ts';
import { readDocument } from './read-document.ts';
import { renderReview } from './render-review.ts';
import config from './signalbox.config.ts';

interface Options {
  json?: boolean;
  fault?: string[];
  live?: boolean;
  maxUsd: string;
  keep?: boolean;
}

const program = new Command('demo')
  .argument('[file]', 'the contract, a text file', fileURLToPath(new URL('./gpl-3.0.txt', import.meta.url)))
  .option('--json', 'print JSON')
  .option(
    '--fault <target=fault...>',
    'make a simulated endpoint fail: primary=503, all=429:30, sim-aurora=cut, …',
  )
  .option('--live', 'ask real vendors: needs OPENROUTER_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY')
  .option('--max-usd <usd>', 'the most a --live run may spend', '0.50')
  .option('--keep', 'stay up until Ctrl-C, to look around in Temporal UI')
  .action(async (file: string, options: Options) => {
    const path = resolve(file);
    const text = await readDocument(path);
    const maxUsd = parseUsd(options.maxUsd);
    const faults = (options.fault ?? []).map((fault) => readFault(fault, options));
    const environment = await enter(options);
    const interrupted = () => void environment.close().then(() => process.exit(130));
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    try {
      for (const { target, fault } of faults) await environment.simulated?.control.setFault(target, fault);
      const run = await environment.signalbox.start(
        contractReview,
        { path, text },
        options.live ? { maxUsd } : {},
      );
      process.stderr.write(`Started ${run.id}; watch it at ${pageOf(environment, run.id)}\n`);
      const review = await run.result();
      print(review, await run.state(), environment, options);
      if (options.keep) await new Promise(() => {});
    } finally {
      // An environment that stays up must not stay broken.
      if (faults.length > 0) await environment.simulated?.control.clearFaults();
      await environment.close();
    }
  });

/** The environment that `npm run dev` keeps up over this checkout, or one of our own. */
async function enter({ live = false }: Options): Promise<DevEnvironment> {
  const running = findDevEnvironment();
  if (!running) return startDevEnvironment({ config, live });
  if (live && running.simulatedUrl) {
    throw new SignalboxError(
      '--live asks real vendors, and `npm run dev` is running here with simulated ones.',
      'End it first, or leave out --live.',
    );
  }
  return connectDevEnvironment();
}

function readFault(text: string, { live }: Options): { target: string; fault: Fault } {
  if (live)
    throw new SignalboxError('--fault breaks simulated providers only.', 'Leave out --fault or --live.');
  const [, target, fault] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (target && fault) return { target: endpointOf(target), fault: parseFault(fault) };
  throw new SignalboxError(`--fault ${text} is not target=fault.`, 'Write e.g. --fault primary=503.');
}

function endpointOf(target: string): string {
  if (target === 'all') return '*';
  return target === 'primary'
    ? firstChoice(config, { taskClass: 'reasoning', abilities: ['tools', 'structured-output'] })
    : target;
}

function print(
  review: Review,
  run: RunView,
  environment: DevEnvironment,
  { json, live, keep }: Options,
): void {
  const ui = pageOf(environment, run.id);
  const simulated = !live;
  if (json) {
    const steps = run.steps.map(({ name, taskClass, model, endpoint, attempts }) => ({
      ...{ name, taskClass, model, endpoint },
      attempts: attempts.map(({ endpoint, outcome, costMicros }) => ({ endpoint, outcome, costMicros })),
    }));
    const { id: workflowId, status, costMicros } = run;
    process.stdout.write(
      `${JSON.stringify({ workflowId, status, simulated, costMicros, ui, steps, review }, null, 2)}\n`,
    );
    return;
  }
  const answeredBy = simulated
    ? 'SIMULATED providers: no real model was asked, and no money was spent.'
    : 'real vendors.';
  const again = keep
    ? 'Ctrl-C ends it.'
    : 'It ended with this command; `npm run dev` brings it back with this run in it.';
  process.stdout.write(
    `\n${renderReview(review)}\n${renderRun(run)}\n\nAnswered by ${answeredBy}\nTemporal UI: ${ui}\n${again}\n`,
  );
}

const pageOf = ({ uiUrl, namespace }: DevEnvironment, id: string) =>
  `${uiUrl}/namespaces/${namespace}/workflows/${id}`;

function parseUsd(text: string): number {
  const usd = Number(text);
  if (usd > 0 && Number.isFinite(usd)) return usd;
  throw new SignalboxError(
    `--max-usd ${text} is not an amount of dollars.`,
    'Give a number above 0, e.g. --max-usd 0.50.',
  );
}

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  if (!(error instanceof SignalboxError)) throw error;
  process.stderr.write(`Error: ${error.message}\nRemedy: ${error.remedy}\n`);
  process.exit(1);
}
