/** A worker in a process of its own, to be killed. Where things are stands in its environment. */
import { startWorker } from '../../../src/worker/start-worker.ts';
import { config } from './config.ts';

const worker = await startWorker({
  config,
  address: process.env.TEMPORAL_ADDRESS!,
  namespace: 'default',
});
process.stdout.write('ready\n');
await worker.ended;
