import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { UnknownAgent } from '../client/errors.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import {
  addressOption,
  configIfAnyOption,
  jsonOption,
  loadConfigIfAny,
  parseUsd,
  print,
  taskQueueOption,
  withSignalbox,
} from './options.ts';
import { printResult } from './print-result.ts';

export const runCommand = new Command('run')
  .description('Start an agent by name and wait for its result.')
  .argument('<agent>', "the agent's name")
  .option('--input <json>', "the agent's input as JSON")
  .option('--input-file <file>', 'a file that holds it')
  .option('--id <id>', 'the workflow id; default: the name and 12 random digits')
  .option('--max-usd <usd>', "the most it may spend, below the agent's own limit", parseUsd)
  .option('--tenant <name>', 'whose policy and budget apply')
  .option('--no-wait', 'print the id and return at once')
  .addOption(configIfAnyOption())
  .addOption(jsonOption())
  .addOption(addressOption())
  .addOption(taskQueueOption())
  .action(async (agent: string, { config: configFile, ...options }: RunOptions) => {
    const config = await loadConfigIfAny(configFile);
    await withSignalbox({ ...options, config }, async (signalbox) => {
      const input = await readInput(options);
      await signalbox.assertWorker();
      const { id, maxUsd, tenant } = options;
      const run = await signalbox.start(agent, input, {
        ...(id !== undefined && { id }),
        ...(maxUsd !== undefined && { maxUsd }),
        ...(tenant !== undefined && { tenant }),
      });
      if (!options.wait) return print(run.id);

      process.stderr.write(`Started ${run.id}\n`);
      await printResult(run, options).catch(async (error: unknown) => {
        // Nobody would ever run it, so that it should not stay behind.
        if (error instanceof UnknownAgent) await run.terminate(error.message);
        throw error;
      });
    });
  });

interface RunOptions {
  input?: string;
  inputFile?: string;
  id?: string;
  maxUsd?: number;
  tenant?: string;
  config?: string;
  wait: boolean;
  json?: boolean;
  address?: string;
  taskQueue: string;
}

async function readInput({ input, inputFile }: RunOptions): Promise<unknown> {
  const text = inputFile === undefined ? input : await readInputFile(inputFile);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SignalboxError(
      `${inputFile === undefined ? '--input' : `--input-file ${inputFile}`} is not JSON: ${(cause as Error).message}`,
      'Give the input as JSON, e.g. --input \'{"text": "…"}\'.',
      { cause },
    );
  }
}

async function readInputFile(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new SignalboxError(
      `--input-file ${file} cannot be read: ${(cause as Error).message}`,
      'Name a file that is there.',
      { cause },
    );
  });
  if (bytes.length === 0) {
    throw new SignalboxError(
      `--input-file ${file} is empty.`,
      "Name a file that holds the agent's input as JSON.",
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SignalboxError(
      `--input-file ${file} is not UTF-8 text.`,
      `Name a file of JSON; one in another encoding must be converted first, e.g. iconv -f latin1 -t utf-8 ${file}`,
      { cause },
    );
  }
}
