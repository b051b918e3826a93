import { Hono } from 'hono';
import { z } from 'zod';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import type { FaultBoard } from './fault-board.ts';
import { type Fault, faultSchema } from './faults.ts';
import type { LogEntry, RequestCounts, RequestLog } from './request-log.ts';

/** Switches faults and reads the log of running simulated providers, in this process or over HTTP. */
export interface SimulatedControl {
  /**
   * Makes requests fail from now on, in the place of what was set on the target. Target: `*`, a provider, or
   * `provider/model`; the most specific one counts. Of several faults the first that strikes a request counts; their
   * shares add up. Rejects with `SignalboxError` for a target or fault that does not exist.
   */
  setFault(target: string, ...faults: readonly Fault[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** The faults set at present, by target. */
  faults(): Promise<Record<string, readonly Fault[]>>;
  /** The requests seen, oldest first; the last 10,000. */
  log(): Promise<LogEntry[]>;
  /** Counts of all requests since the log was cleared, and how many entries the log has dropped. */
  counts(): Promise<RequestCounts>;
  clearLog(): Promise<void>;
}

/** The control of providers in this process. */
export function localControl(board: FaultBoard, log: RequestLog): SimulatedControl {
  return {
    setFault: async (target, ...faults) => board.set(target, faults),
    clearFaults: async () => board.clear(),
    faults: async () => board.all(),
    log: async () => log.all(),
    counts: async () => log.counts(),
    clearLog: async () => log.clear(),
  };
}

const orderSchema = z.strictObject({ target: z.string(), faults: z.array(faultSchema).min(1) });

/** The same over HTTP, below `/control`, so that another process can switch faults. */
export function controlRoutes(control: SimulatedControl): Hono {
  return new Hono()
    .put('/faults', async (c) => {
      const order = orderSchema.safeParse(await c.req.json().catch(() => undefined));
      if (!order.success) {
        return c.json(
          { message: z.prettifyError(order.error), remedy: 'Send { target, faults: […] } as JSON.' },
          400,
        );
      }
      await control.setFault(order.data.target, ...order.data.faults);
      return c.body(null, 204);
    })
    .delete('/faults', async (c) => {
      await control.clearFaults();
      return c.body(null, 204);
    })
    .get('/faults', async (c) => c.json(await control.faults()))
    .get('/log', async (c) => c.json(await control.log()))
    .get('/counts', async (c) => c.json(await control.counts()))
    .delete('/log', async (c) => {
      await control.clearLog();
      return c.body(null, 204);
    })
    .onError((error, c) => {
      if (!(error instanceof SignalboxError)) throw error;
      return c.json({ message: error.message, remedy: error.remedy }, 400);
    }) as Hono;
}
