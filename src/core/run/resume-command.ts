import { APPROVE_UPDATE, type Parked, RAISE_CAP_UPDATE } from '../contract/run.ts';

/** What to type in a terminal so that a parked run goes on. */
export function resumeCommand(workflowId: string, parked: readonly Pick<Parked, 'update'>[]): string {
  if (parked.length > 0 && parked.every(({ update }) => update === APPROVE_UPDATE))
    return `signalbox approve ${workflowId}`;
  const short = parked.some(({ update }) => update === RAISE_CAP_UPDATE);
  return `signalbox resume ${workflowId}${short ? ' --raise-cap 0.50' : ''}`;
}
