import { constants, type ServerHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { describe, expect, it } from '@jest/globals';
import type { SdkProvider } from '../../../../src/catalog/catalog-config.ts';
import { freePort } from '../../../support/free-port.ts';
import { until } from '../../../support/until.ts';
import { answerEvents, call, textOf, useClients } from './ask.ts';
import { type Speak, useSockets } from './use-sockets.ts';
import { useTlsVendors } from './use-tls-vendors.ts';

const newVendor = useSockets();
const newTlsVendor = useTlsVendors();
const newClient = useClients();

const hello = answerEvents('hello');
const HELLO = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${hello.length}\r\n\r\n${hello}`;
const sayHello: Speak = (socket) => socket.write(HELLO);
const streamHello = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
  stream.end(hello);
};
const soon = { ...call.deadlines, connectMs: 300 };

describe('connections', () => {
  it('are kept for the next call', async () => {
    const vendor = await newVendor(sayHello);
    const client = newClient(vendor.baseUrl);
    for (let calls = 0; calls < 6; calls++) await client.ask();
    // A second one where a call begins in the moment that undici watches the first one for trailing bytes.
    expect(vendor.sockets.length).toBeLessThanOrEqual(2);
  });

  it('one that the vendor drops as it is used again is a failure, and nothing is sent twice', async () => {
    const vendor = await newVendor((socket, { count }) => {
      if (count === 1) socket.write(HELLO);
      else socket.resetAndDestroy();
    });
    const client = newClient(vendor.baseUrl);
    await client.ask();
    expect(await client.fail()).toMatchObject({ kind: 'unavailable', billed: false });
    expect(vendor.requests()).toBe(2);
  });

  it('are not waited for longer than the deadline, though TLS never answers', async () => {
    const silent = await newVendor(() => {});
    const client = newClient(`https://localhost:${silent.port}/v1`);
    const startedAtMs = performance.now();
    const failure = await client.fail({ deadlines: soon });
    expect(failure).toMatchObject({ kind: 'unavailable', billed: false });
    expect(failure.message).toBe('No connection within 300 ms.');
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it('are not made for a call that was given up before', async () => {
    const vendor = await newVendor(sayHello);
    await newClient(vendor.baseUrl).fail({ signal: AbortSignal.abort() });
    expect(vendor.requests()).toBe(0);
  });

  it('a host that does not exist is unavailable', async () => {
    const failure = await newClient('https://vendor.invalid/v1').fail();
    expect(failure).toMatchObject({ kind: 'unavailable', billed: false });
  });

  it('a certificate that nobody vouches for is not accepted', async () => {
    const vendor = await newTlsVendor(streamHello);
    // It is made out to localhost.
    const failure = await newClient(`https://127.0.0.1:${vendor.port}/v1`).fail();
    expect(failure).toMatchObject({ kind: 'unavailable', billed: false });
    expect(vendor.streams).toEqual([]);
  });

  it('end when the worker does, with what is under way', async () => {
    const vendor = await newVendor(() => {});
    const client = newClient(vendor.baseUrl);
    const failed = client.fail();
    await until(() => vendor.requests() === 1);
    await client.close();
    expect((await failed).kind).toBe('unavailable');
    await until(() => vendor.sockets[0]!.destroyed);
  });
});

describe('other providers of the AI SDK', () => {
  const sdk =
    (baseURL: string): SdkProvider =>
    ({ name, apiKey, fetch }) =>
      createOpenAICompatible({
        ...{ name, apiKey, baseURL },
        fetch: async (input, init) => {
          const token = (await (await fetch(`${baseURL}/token`)).json()) as string;
          return fetch(input, { ...init, headers: { ...init?.headers, authorization: token } });
        },
      });

  it('may fetch what is no answer, and answer over connections of ours', async () => {
    const heads: string[] = [];
    const vendor = await newVendor((socket, { head }) => {
      heads.push(head);
      if (head.startsWith('POST')) socket.write(HELLO);
      else
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n"fresh"');
    });
    expect(textOf(await newClient('', { speaks: sdk(vendor.baseUrl) }).ask())).toBe('hello');
    expect(heads.map((head) => head.split(' ', 2))).toEqual([
      ['GET', '/v1/token'],
      ['POST', '/v1/chat/completions'],
    ]);
    expect(heads[0]).not.toContain('content-length');
    expect(heads[1]).toContain('\r\nauthorization: fresh\r\n');
  });

  it('are held to the same deadlines', async () => {
    const vendor = await newVendor(() => {});
    const client = newClient('', { speaks: sdk(vendor.baseUrl) });
    expect((await client.fail({ deadlines: { ...call.deadlines, firstTokenMs: 200 } })).kind).toBe(
      'timed_out',
    );
    await until(() => vendor.sockets[0]!.destroyed);
  });
});

describe('HTTP/2', () => {
  it('is spoken where it is offered, many calls to a connection', async () => {
    const vendor = await newTlsVendor(streamHello);
    const client = newClient(vendor.baseUrl);
    expect(textOf(await client.ask())).toBe('hello');
    await Promise.all(Array.from({ length: 8 }, () => client.ask()));
    expect(vendor.streams).toHaveLength(9);
    expect(vendor.sessions).toHaveLength(1);
  });

  it('abort ends its own call at once, and no other on the connection', async () => {
    const waiting: ServerHttp2Stream[] = [];
    const vendor = await newTlsVendor((stream) => {
      if (vendor.streams.length === 1) streamHello(stream);
      else waiting.push(stream);
    });
    const client = newClient(vendor.baseUrl);
    await client.ask();
    const caller = new AbortController();
    const aborted = client.fail({ signal: caller.signal });
    await until(() => waiting.length === 1);
    const other = client.ask();
    await until(() => waiting.length === 2);
    caller.abort();
    await aborted;
    await until(() => waiting[0]!.closed, 1_000);
    streamHello(waiting[1]!);
    expect(textOf(await other)).toBe('hello');
    expect(vendor.sessions).toHaveLength(1);
  });

  it.each<[string, (stream: ServerHttp2Stream) => void]>([
    ['is refused', (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)],
    ['is reset', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    ['the server goes away from', (stream) => stream.session!.goaway(constants.NGHTTP2_NO_ERROR, 1)],
    ['the connection ends under', (stream) => stream.session!.destroy()],
  ])('a call that %s is a failure, and nothing is sent twice', async (_, turnAway) => {
    const vendor = await newTlsVendor((stream) =>
      vendor.streams.length === 1 ? streamHello(stream) : turnAway(stream),
    );
    const client = newClient(vendor.baseUrl);
    await client.ask();
    expect(await client.fail()).toMatchObject({ kind: 'unavailable', billed: false });
    expect(vendor.streams).toHaveLength(2);
  });

  it('headers without an end are no answer', async () => {
    const vendor = await newTlsVendor((stream) => {
      const many = Array.from({ length: 100 }, (_, i) => [`x-${i}`, 'x'.repeat(1_000)]);
      stream.respond({ ':status': 200, ...Object.fromEntries(many) });
    });
    expect((await newClient(vendor.baseUrl).fail()).billed).toBe(false);
  });
});

describe('proxies', () => {
  const TARGET = 'http://vendor.invalid/v1';
  const through = (port: number, except = '') => {
    const address = `http://127.0.0.1:${port}`;
    return { proxies: { http: address, https: address, except } };
  };

  it('are asked for what is not encrypted', async () => {
    const heads: string[] = [];
    const proxy = await newVendor((socket, { head }) => {
      heads.push(head);
      socket.write(HELLO);
    });
    expect(textOf(await newClient(TARGET, through(proxy.port)).ask())).toBe('hello');
    expect(heads[0]).toMatch(/^POST http:\/\/vendor\.invalid\/v1\/chat\/completions HTTP\/1\.1\r\n/);
  });

  it('are asked for a tunnel where it is, and HTTP/2 goes through', async () => {
    const vendor = await newTlsVendor(streamHello);
    const heads: string[] = [];
    const proxy = await newVendor((socket, { head }) => {
      if (!head.startsWith('CONNECT ')) return;
      heads.push(head);
      const onward = connect(vendor.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.removeAllListeners('data').setEncoding('latin1');
        socket.on('data', (text: string) => onward.write(text, 'latin1'));
        onward.pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    });
    const client = newClient('https://vendor.test/v1', through(proxy.port));
    expect(textOf(await client.ask())).toBe('hello');
    expect(heads[0]).toMatch(/^CONNECT vendor\.test:443 HTTP\/1\.1\r\n/);
    expect(vendor.sessions).toHaveLength(1);
  });

  it.each(['vendor.invalid', '.invalid', '*'])(
    'are not asked for what NO_PROXY names: %s',
    async (except) => {
      const proxy = await newVendor(sayHello);
      const failure = await newClient(TARGET, through(proxy.port, except)).fail();
      expect(failure.kind).toBe('unavailable');
      expect(proxy.sockets).toEqual([]);
    },
  );

  it('are never asked for this machine', async () => {
    const [proxy, vendor] = await Promise.all([newVendor(() => {}), newVendor(sayHello)]);
    expect(textOf(await newClient(vendor.baseUrl, through(proxy.port)).ask())).toBe('hello');
    expect(proxy.sockets).toEqual([]);
  });

  it.each<[string, Speak]>([
    ['wants a password', (socket) => socket.write('HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n')],
    ['says nothing', () => {}],
    ['hangs up', (socket) => socket.destroy()],
  ])('one that %s makes a vendor unavailable', async (_, speak) => {
    const proxy = await newVendor(speak);
    const client = newClient('https://vendor.invalid/v1', through(proxy.port));
    expect(await client.fail({ deadlines: soon })).toMatchObject({ kind: 'unavailable', billed: false });
  });

  it('one that is not there makes a vendor unavailable', async () => {
    const client = newClient('https://vendor.invalid/v1', through(await freePort()));
    expect(await client.fail()).toMatchObject({ kind: 'unavailable', billed: false });
  });
});

describe('more calls at once than a provider is given', () => {
  /** A vendor that answers a call when it is told to. */
  async function newHesitant() {
    const answers: (() => void)[] = [];
    const vendor = await newVendor((socket) => answers.push(() => socket.write(HELLO)));
    return { ...vendor, answers };
  }

  it('wait for their turn', async () => {
    const vendor = await newHesitant();
    const client = newClient(vendor.baseUrl, { maxConcurrent: 2 });
    const calls = Array.from({ length: 4 }, () => client.ask());
    for (let answered = 0; answered < 4; answered++) {
      await until(() => vendor.answers.length > answered);
      expect(vendor.answers.length).toBeLessThanOrEqual(answered + 2);
      vendor.answers[answered]!();
      await Promise.race(calls.slice(answered));
    }
    await Promise.all(calls);
  });

  it('are turned away as by a rate limit when it does not come in time', async () => {
    const vendor = await newHesitant();
    const client = newClient(vendor.baseUrl, { maxConcurrent: 1 });
    const first = client.ask();
    await until(() => vendor.answers.length === 1);
    const failure = await client.fail({ deadlines: soon });
    expect(failure).toMatchObject({ kind: 'rate_limited', billed: false, asked: false, hintMs: 1_000 });
    expect(failure.message).toContain('maxConcurrent');
    vendor.answers[0]!();
    await first;
    const next = client.ask();
    await until(() => vendor.answers.length === 2);
    vendor.answers[1]!();
    await next;
  });

  it('one that is given up frees its place in the queue', async () => {
    const vendor = await newHesitant();
    const client = newClient(vendor.baseUrl, { maxConcurrent: 1 });
    const caller = new AbortController();
    const first = client.ask();
    const givenUp = client.fail({ signal: caller.signal });
    const last = client.ask();
    await until(() => vendor.answers.length === 1);
    caller.abort();
    await givenUp;
    vendor.answers[0]!();
    await first;
    await until(() => vendor.answers.length === 2);
    vendor.answers[1]!();
    expect(textOf(await last)).toBe('hello');
  });
});
