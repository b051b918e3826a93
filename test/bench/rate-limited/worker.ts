/** A worker for the time-skipping test server. */
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { SignalboxPlugin } from '../../../src/worker/plugin.ts';
import { reportUsage } from '../report-usage.ts';
import { config } from './config.ts';

// What the server skips has passed on this machine as well.
const realNow = Date.now;
let skippedMs = Number(process.env.SKIPPED_MS);
Date.now = () => realNow() + skippedMs;
process.on('message', (told: { skippedMs?: number }) => {
  skippedMs = told.skippedMs ?? skippedMs;
});

Runtime.install({ logger: new DefaultLogger('ERROR') });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS! }),
  taskQueue: config.taskQueue!,
  plugins: [new SignalboxPlugin({ config })],
  // This server keeps a workflow task for the worker that had the last one, even where that is dead.
  maxCachedWorkflows: 0,
});
reportUsage();
const ended = worker.run();
process.send!('ready');
await ended;
