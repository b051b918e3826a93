import { expect, it } from '@jest/globals';
import { askModel } from '../../../activities/ask-model.ts';
import { InvocationFailure } from '../../../activities/ports.ts';
import { WorkerHealth } from '../../../src/worker/health.ts';
import { aModelCall } from '../../support/a-model-call.ts';
import { ADDRESS, ENDPOINT, KEY } from '../../support/a-worker-health.ts';

it.each([
  ['a limit of the provider', true, 0],
  ['a limit of our own', false, 1],
])('%s is told as one, and only the former rests the key', async (_, asked, usable) => {
  const health = new WorkerHealth(new Map([['own', { keys: [KEY], baseUrl: ADDRESS }]]), () => {});
  const failure = new InvocationFailure('rate_limited', 'full', { billed: false, hintMs: 60_000, asked });
  const models = { invoke: () => Promise.reject(failure) };
  await expect(askModel(ENDPOINT, { models, health }, aModelCall)).rejects.toBe(failure);
  expect(health.usableKeys(ENDPOINT)).toBe(usable);
});
