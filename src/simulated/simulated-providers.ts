import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { controlRoutes, localControl, type SimulatedControl } from './control.ts';
import { FaultBoard } from './faults.ts';
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

/** A simulated vendor: named `sim-…`, speaking one of the two wire formats. */
export interface SimulatedProvider {
  readonly name: `sim-${string}`;
  readonly wire: 'openai-compatible' | 'anthropic';
  readonly models: readonly SimulatedModel[];
}

export interface SimulatedProvidersOptions {
  readonly providers: readonly SimulatedProvider[];
  /** Port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
  /** Multiplies the models' latencies: 1, the default, is as they say, 0 is none. */
  readonly latencyScale?: number;
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
 * `/sim-comet/v1/messages`, `/…/v1/models`, and the control below `/control`.
 * Nothing here is a real vendor: every response carries `x-signalbox-simulated: true`.
 *
 * Rejects with `SignalboxError` where the port is taken.
 */
export async function startSimulatedProviders({
  providers,
  port = 0,
  latencyScale = 1,
}: SimulatedProvidersOptions): Promise<SimulatedProviders> {
  const board = new FaultBoard(
    providers.flatMap(({ name, models }) => [name, ...models.map((model) => `${name}/${model.id}`)]),
  );
  const log = new RequestLog();
  const control = localControl(board, log);

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    c.header('x-signalbox-simulated', 'true');
    await next();
  });
  app.route('/control', controlRoutes(control));
  for (const provider of providers) {
    app.route(`/${provider.name}/v1`, providerRoutes({ provider, board, log, latencyScale }));
  }

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
