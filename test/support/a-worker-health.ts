import type { Endpoint } from '../../src/core/vocabulary/model.ts';
import { apiKeyOf } from '../../src/providers/api-key.ts';
import { fingerprintOf } from '../../src/providers/fingerprint.ts';
import type { Store } from '../../src/store/store.ts';
import { WorkerHealth } from '../../src/worker/health.ts';

const BASE_URL = 'http://own/v1';
export const ADDRESS = fingerprintOf(BASE_URL);
export const KEY = apiKeyOf('a-key-1234567890', BASE_URL, 'OWN_KEY');
export const KEY_2 = apiKeyOf('another-key-1234567890', BASE_URL, 'OWN_KEY_2');
export const ENDPOINT = { id: 'own/own-model', provider: 'own' } as Endpoint;

/** A worker's health over a database, with one provider of two keys. */
export function aWorkerHealth(
  store: Store,
  warn: (message: string) => void = () => {},
  baseUrl = BASE_URL,
): WorkerHealth {
  return new WorkerHealth(new Map([['own', { keys: [KEY, KEY_2], baseUrl }]]), warn, {
    open: async () => store,
  });
}

/** Failures in a row; two open its breaker where nothing was answered shortly before. */
export function fail(health: WorkerHealth, times = 2): void {
  for (let i = 0; i < times; i++) {
    health.record(ENDPOINT, {
      ...{ type: 'failed', kind: 'unavailable', key: KEY.fingerprint, totalMs: 1, headroom: [] },
    });
  }
}

export function answer(health: WorkerHealth): void {
  health.record(ENDPOINT, {
    ...{ type: 'answered', key: KEY.fingerprint, firstTokenMs: 100, totalMs: 200, headroom: [] },
  });
}

export const breakerOf = (health: WorkerHealth) => health.snapshot().breakers.get(ENDPOINT.id)?.state;
