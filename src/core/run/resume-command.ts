import type { Parked } from '../contract/run.ts';

/** What to type in a terminal so that a parked run goes on. */
export function resumeCommand(workflowId: string, parked: readonly Parked[]): string {
  const short = parked.some(({ update }) => update === 'raiseCap');
  return `signalbox resume ${workflowId}${short ? ' --raise-cap 0.50' : ''}`;
}
