import { InvalidArgumentError, Option } from 'commander';
import type { SimulatedControl } from '../simulated/control.ts';
import { type Fault, parseFault } from '../simulated/faults.ts';

export type FaultOrders = ReadonlyMap<string, readonly Fault[]>;

export const faultOption = () =>
  new Option(
    '--fault <target=fault...>',
    'make simulated providers fail: sim-aurora=503@20%, "*=429:30", sim-comet/MODEL=cut, …; see docs/simulated.md',
  ).argParser(addFault);

/** Sets what was ordered. Rejects with `SignalboxError` for a target that does not exist. */
export async function setFaults(control: SimulatedControl, orders: FaultOrders = new Map()): Promise<void> {
  for (const [target, faults] of orders) await control.setFault(target, ...faults);
}

/** Several of one target stand beside each other. */
function addFault(text: string, orders: FaultOrders = new Map()): FaultOrders {
  const [, target, fault] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!target || !fault) throw new InvalidArgumentError('write TARGET=FAULT, e.g. sim-aurora=503.');
  return new Map([...orders, [target, [...(orders.get(target) ?? []), parseFault(fault)]]]);
}
