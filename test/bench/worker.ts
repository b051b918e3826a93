/**
 * A worker in a process of its own, to be watched or killed. Its argument is the module with its config; where things are
 * stands in its environment.
 */
import type { SignalboxConfig } from '../../src/config/config.ts';
import { startWorker } from '../../src/worker/start-worker.ts';
import { reportUsage } from './report-usage.ts';

const { config } = (await import(process.argv[2]!)) as { config: SignalboxConfig };
const worker = await startWorker({ config, address: process.env.TEMPORAL_ADDRESS!, namespace: 'default' });
reportUsage();
process.send!('ready');
await worker.ended;
