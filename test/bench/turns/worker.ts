/** A worker of ours with the options that both sides get. Its argument is the module with its config. */
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { SignalboxConfig } from '../../../src/config/config.ts';
import { SignalboxPlugin } from '../../../src/worker/plugin.ts';
import { reportUsage } from '../report-usage.ts';

const { config } = (await import(process.argv[2]!)) as { config: SignalboxConfig };
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS! }),
  plugins: [new SignalboxPlugin({ config })],
  ...(JSON.parse(process.env.WORKER_OPTIONS!) as WorkerOptions),
});
const ended = worker.run();
reportUsage();
process.send!('ready');
await ended;
