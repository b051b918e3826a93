import { Hono } from 'hono';
import { z } from 'zod';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { type Fault, type FaultBoard, faultSchema } from './faults.ts';
import type { LogEntry, RequestLog } from './request-log.ts';

/** Switches faults and reads the log of running simulated providers, in this process or over HTTP. */
export interface SimulatedControl {
  /**
   * Makes requests fail from now on. Target: `*`, a provider, or `provider/model`; the most specific one counts.
   * Rejects with `SignalboxError` for a target or fault that does not exist.
   */
  setFault(target: string, fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** The faults set at present, by target. */
  faults(): Promise<Record<string, Fault>>;
  /** The requests seen, oldest first; the last 10,000. */
  log(): Promise<LogEntry[]>;
  clearLog(): Promise<void>;
}

/** The control of providers in this process. */
export function localControl(board: FaultBoard, log: RequestLog): SimulatedControl {
  return {
    setFault: async (target, fault) => board.set(target, fault),
    clearFaults: async () => board.clear(),
    faults: async () => board.all(),
    log: async () => log.all(),
    clearLog: async () => log.clear(),
  };
}

const orderSchema = z.strictObject({ target: z.string(), fault: faultSchema });

/** The same over HTTP, below `/control`, so that another process can switch faults. */
export function controlRoutes(control: SimulatedControl): Hono {
  return new Hono()
    .put('/faults', async (c) => {
      const order = orderSchema.safeParse(await c.req.json().catch(() => undefined));
      if (!order.success) {
        return c.json(
          { message: z.prettifyError(order.error), remedy: 'Send { target, fault } as JSON.' },
          400,
        );
      }
      await control.setFault(order.data.target, order.data.fault);
      return c.body(null, 204);
    })
    .delete('/faults', async (c) => {
      await control.clearFaults();
      return c.body(null, 204);
    })
    .get('/faults', async (c) => c.json(await control.faults()))
    .get('/log', async (c) => c.json(await control.log()))
    .delete('/log', async (c) => {
      await control.clearLog();
      return c.body(null, 204);
    })
    .onError((error, c) => {
      if (!(error instanceof SignalboxError)) throw error;
      return c.json({ message: error.message, remedy: error.remedy }, 400);
    }) as Hono;
}
