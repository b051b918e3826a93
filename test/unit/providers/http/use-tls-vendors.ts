import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { generate } from 'selfsigned';

/** A vendor behind TLS that offers HTTP/2, as the big ones do. */
export interface TlsVendor {
  readonly baseUrl: string;
  readonly port: number;
  readonly sessions: readonly ServerHttp2Session[];
  /** Every request, the oldest first. */
  readonly streams: readonly ServerHttp2Stream[];
}

/** Makes vendors that end with the case; this process trusts their certificates while the suite runs. */
export function useTlsVendors(): (answer: (stream: ServerHttp2Stream) => void) => Promise<TlsVendor> {
  const servers: { server: Http2SecureServer; sessions: ServerHttp2Session[] }[] = [];
  const trusted = getCACertificates('default');
  let identity: { key: string; cert: string };
  beforeAll(async () => {
    const altNames = ['localhost', 'vendor.test'].map((value) => ({ type: 2 as const, value }));
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames }],
    });
    identity = { key: made.private, cert: made.cert };
    setDefaultCACertificates([...trusted, made.cert]);
  });
  afterAll(() => setDefaultCACertificates(trusted));
  afterEach(() => {
    for (const { server, sessions } of servers.splice(0)) {
      server.close();
      for (const session of sessions) session.destroy();
    }
  });
  return async (answer) => {
    const sessions: ServerHttp2Session[] = [];
    const streams: ServerHttp2Stream[] = [];
    const server = createSecureServer(identity)
      .on('session', (session) => {
        session.on('error', () => {});
        sessions.push(session);
      })
      .on('stream', (stream) => {
        streams.push(stream);
        stream.on('error', () => {});
        stream.resume();
        answer(stream);
      });
    servers.push({ server, sessions });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { baseUrl: `https://localhost:${port}/v1`, port, sessions, streams };
  };
}
