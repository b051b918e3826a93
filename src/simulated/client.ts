import { request } from 'undici';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import type { SimulatedControl } from './control.ts';

/**
 * The control of simulated providers in another process.
 * @param url where they run, as `startSimulatedProviders` returned it
 * Every method rejects with `SignalboxError` where nothing answers there, or where it refuses.
 */
export function simulatedControl(url: string): SimulatedControl {
  const call = async (method: 'GET' | 'PUT' | 'DELETE', path: string, payload?: object): Promise<unknown> => {
    const { statusCode, body } = await request(`${url}/control${path}`, {
      method,
      ...(payload && { body: JSON.stringify(payload), headers: { 'content-type': 'application/json' } }),
    }).catch((cause: unknown) => {
      throw new SignalboxError(
        `No simulated providers answer at ${url}`,
        'Start them (signalbox dev does), or correct the address.',
        { cause },
      );
    });
    const text = await body.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (statusCode < 300) return answer;
    const { message, remedy } = answer as { message: string; remedy: string };
    throw new SignalboxError(message, remedy);
  };

  return {
    setFault: async (target, ...faults) => void (await call('PUT', '/faults', { target, faults })),
    clearFaults: async () => void (await call('DELETE', '/faults')),
    faults: async () => (await call('GET', '/faults')) as Awaited<ReturnType<SimulatedControl['faults']>>,
    log: async () => (await call('GET', '/log')) as Awaited<ReturnType<SimulatedControl['log']>>,
    counts: async () => (await call('GET', '/counts')) as Awaited<ReturnType<SimulatedControl['counts']>>,
    clearLog: async () => void (await call('DELETE', '/log')),
  };
}
