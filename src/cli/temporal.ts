import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { startDevServer } from '../server/dev-server.ts';
import { obtainTemporalVisibly } from '../server/obtain-temporal-visibly.ts';
import { findDevEnvironment } from '../testing/dev-environment.ts';
import { directoryOption } from './options.ts';

export const temporalCommand = new Command('temporal')
  .description(
    "Temporal's own CLI, at the dev server; where none runs, one is started over its database meanwhile.",
  )
  .addOption(directoryOption())
  .argument('[args...]', 'what to pass on, e.g. workflow show --workflow-id ID')
  .passThroughOptions()
  .allowUnknownOption()
  .action(async (args: string[], { directory }: { directory: string }) => {
    const { path: binary } = await obtainTemporalVisibly();
    const running = process.env.TEMPORAL_ADDRESS ?? findDevEnvironment(directory)?.address;
    if (running) {
      process.exitCode = await pass(binary, args, running);
      return;
    }
    const server = await startDevServer({ binary, dbFile: join(resolve(directory), 'temporal.db') });
    try {
      process.exitCode = await pass(binary, args, server.address);
    } finally {
      await server.stop();
    }
  });

function pass(binary: string, args: string[], address: string): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(binary, args, {
      stdio: 'inherit',
      env: { ...process.env, TEMPORAL_ADDRESS: address },
    });
    child.once('error', fail).once('exit', (code) => done(code ?? 1));
  });
}
