import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import type { WireFormat } from '../core/vocabulary/model.ts';
import { controlRoutes, localControl, type SimulatedControl } from './control.ts';
import { FaultBoard } from './fault-board.ts';
import type { LatencyReplay } from './latency-replay.ts';
import type { Answer } from './models/conversation.ts';
import { answer as workedOut } from './models/model.ts';
import type { OutageReplay } from './outage-replay.ts';
import { providerRoutes } from './provider-routes.ts';
import { RequestLog } from './request-log.ts';

/** A model of a simulated provider. All models do the same work; they differ in limits and speed. */
export interface SimulatedModel {
  readonly id: string;
  readonly maxOutputTokens: number;
  readonly contextTokens: number;
  /** Milliseconds until the first token. */
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  /** What a catalog may say it is good at; changes nothing here. */
  readonly abilities: readonly string[];
}

/** A simulated vendor: named `sim-…`, speaking one of the wire formats. */
export interface SimulatedProvider {
  readonly name: `sim-${string}`;
  readonly wire: WireFormat;
  readonly models: readonly SimulatedModel[];
}

export interface SimulatedProvidersOptions {
  readonly providers: readonly SimulatedProvider[];
  /** Port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
  /** Multiplies the models' latencies: 1, the default, is as they say, 0 is none. */
  readonly latencyScale?: number;
  /** Draws which requests a fault with a share strikes. Default 1. */
  readonly seed?: number;
  /** What every model answers, in the place of the modest work that they do. */
  readonly answer?: Answer | undefined;
  /** Recorded answer times in the place of the models' own. */
  readonly latencies?: LatencyReplay;
  /** Recorded outages, where no fault is set. */
  readonly outages?: OutageReplay;
  /** Milliseconds since the epoch, for faults, quotas and the log. Default: the machine's clock. */
  readonly now?: () => number;
}

/** Running simulated providers. */
export interface SimulatedProviders {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Where a client of that provider points its `baseURL`: ends in `/v1`. */
  baseUrl(provider: string): string;
  readonly control: SimulatedControl;
  /** Ends all connections, open answers included. */
  close(): Promise<void>;
}

/**
 * Starts one HTTP server that serves every provider under its name: `/sim-aurora/v1/chat/completions`,
 * `/sim-borealis/v1/messages`, `/…/v1/models`, and the control below `/control`.
 * Nothing here is a real vendor: every response carries `x-signalbox-simulated: true`.
 *
 * Rejects with `SignalboxError` where the port is taken.
 */
export async function startSimulatedProviders({
  providers,
  port = 0,
  latencyScale = 1,
  seed = 1,
  answer = workedOut,
  now = Date.now,
  ...replayed
}: SimulatedProvidersOptions): Promise<SimulatedProviders> {
  const targets = providers.flatMap(({ name, models }) => [name, ...models.map(({ id }) => `${name}/${id}`)]);
  const board = new FaultBoard({ targets, seed, now, outages: replayed.outages });
  const log = new RequestLog(now);
  const control = localControl(board, log);

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    c.header('x-signalbox-simulated', 'true');
    await next();
  });
  app.route('/control', controlRoutes(control));
  for (const provider of providers) {
    app.route(
      `/${provider.name}/v1`,
      providerRoutes({ ...replayed, provider, board, log, answer, latencyScale, now }),
    );
  }

  const paths = routesOf(app);
  app.notFound((c) => {
    const message = `There is no ${c.req.method} ${c.req.path} here.`;
    return c.json({ message, remedy: `Ask one of ${paths.join(', ')}.` }, 404);
  });

  // The globals are left alone: this runs inside workers and tests that use them.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  const boundPort = await listen(server, port);
  const url = `http://127.0.0.1:${boundPort}`;
  return {
    url,
    port: boundPort,
    baseUrl: (provider) => `${url}/${provider}/v1`,
    control,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `POST /sim-aurora/v1/chat/completions` */
function routesOf({ routes }: Hono<{ Bindings: HttpBindings }>): string[] {
  const served = routes.filter(({ method }) => method !== 'ALL');
  return [...new Set(served.map(({ method, path }) => `${method} ${path.replace(/\{.*\}$/, '')}`))];
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') return reject(cause);
      reject(
        new SignalboxError(
          `Port ${port}, wanted for the simulated providers, is in use`,
          'Stop what listens there, give another port, or give none to take any free one.',
          { cause },
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
