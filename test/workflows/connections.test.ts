import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { until } from '../support/until.ts';
import { ask } from './agents.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();
const price = { input: 1, output: 2, source: 'my contract', date: '2026-11-01' };
const answer = {
  id: '1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
};

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A stage whose only provider is a vendor that keeps connections for ever, and answers if it is told to. */
async function newOwnStage(answers: boolean) {
  const sockets: Socket[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume();
    if (answers) response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).on('connection', (socket: Socket) => sockets.push(socket));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await until(() => server.listening);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const stage = await newStage({
    live: { env: { OWN_KEY: 'own-key-1234567890' } },
    providers: { own: { wire: 'openai-compatible', baseUrl, apiKeyEnv: 'OWN_KEY', streams: false } },
    models: [
      {
        ...{ id: 'own-model', family: 'own', contextTokens: 100_000, maxOutputTokens: 8_000, abilities: [] },
        endpoints: [{ provider: 'own', price, deadlines: { totalMs: 400 } }],
      },
    ],
    policy: { providers: { allow: ['own'] } },
  });
  return { stage, sockets };
}

it('end with the worker, and not some time after it', async () => {
  const { stage, sockets } = await newOwnStage(true);
  const run = await stage.start(ask, { prompt: 'Say hello.' });
  expect(await run.result()).toBe('Hello.');
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false]);
  await stage.stopWorker();
  await until(() => sockets.every(({ destroyed }) => destroyed), 1_000);
});

it('are held to the deadlines of their endpoint', async () => {
  const { stage } = await newOwnStage(false);
  const run = await stage.start(ask, { prompt: 'Say hello.' });
  await expect(run.result()).rejects.toThrow('own/own-model timed out');
});
