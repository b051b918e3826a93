/** A worker of the peer with the options that both sides get. Its argument is the module with its workflows. */
import { fileURLToPath } from 'node:url';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { AiSdkPlugin } from '@temporalio/ai-sdk';
import { NativeConnection, Worker } from '@temporalio/worker';
import { lookUp } from '../../turns/script.ts';

const modelProvider = createOpenAICompatible({
  name: 'upstream',
  baseURL: process.env.UPSTREAM_URL,
  apiKey: 'simulated',
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS }),
  workflowsPath: fileURLToPath(process.argv[2]),
  activities: { lookUp: ({ item }) => lookUp(item) },
  plugins: [new AiSdkPlugin({ modelProvider })],
  ...JSON.parse(process.env.WORKER_OPTIONS),
});
const ended = worker.run();
process.on('disconnect', () => process.exit());
process.send('ready');
await ended;
