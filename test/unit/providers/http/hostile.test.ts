import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, pipeline, Readable, type Transform } from 'node:stream';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  gzipSync,
} from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BODY_BYTES } from '../../../../src/providers/http/bounded-body.ts';
import { until } from '../../../support/until.ts';
import { API_KEY, answerEvents, answerJson, call, textOf, useClients } from './ask.ts';
import { type Speak, useSockets, writeForever } from './use-sockets.ts';

const newVendor = useSockets();
const newClient = useClients();

const MIB = 1024 * 1024;
/** What kernel, HTTP client and parser may hold on the way, beside what was taken. */
const ON_THE_WAY = 16 * MIB;

const head = (contentType: string, more = '') => `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\n${more}`;
const EVENTS = `${head('text/event-stream')}\r\n`;
const JSON_BODY = `${head('application/json')}\r\n`;
const chars = (count: number) => 'x'.repeat(count);
const delta = (text: string) =>
  `data: ${JSON.stringify({ id: '1', choices: [{ index: 0, delta: { content: text } }] })}\n\n`;

/** Asks a vendor that speaks so, and sees what it wrote until its socket was closed. */
async function ask(speak: Speak, { streams = true, deadlines = call.deadlines } = {}) {
  const vendor = await newVendor(speak);
  const failure = await newClient(vendor.baseUrl, { streams }).fail({ deadlines });
  await until(() => vendor.sockets.every(({ destroyed }) => destroyed));
  const written = vendor.sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  return { failure, written, requests: vendor.requests() };
}

/** Says `start`, and then `piece` for as long as anybody listens. */
const endless =
  (start: string, piece: string): Speak =>
  (socket) => {
    socket.write(start);
    writeForever(socket, piece);
  };

describe('more than an answer', () => {
  it.each([
    ['of one line', EVENTS, `data: ${chars(MIB)}`, true],
    ['of comments', EVENTS, `: ${chars(MIB)}\n\n`, true],
    ['of pieces of an answer', EVENTS, delta(chars(MIB)), true],
    ['in one piece', JSON_BODY, `{"a":"${chars(MIB)}`, false],
  ])('is taken no further than a bound: %s', async (_, start, piece, streams) => {
    const { failure, written, requests } = await ask(endless(start, piece), { streams });
    expect(failure).toMatchObject({ kind: 'answer_incomplete', billed: true });
    expect(failure.message).toBe(`The answer goes on past ${BODY_BYTES} bytes.`);
    expect(written).toBeLessThan(BODY_BYTES + ON_THE_WAY);
    expect(requests).toBe(1);
  });

  it('a drip that never ends is ended by the total deadline', async () => {
    const deadlines = { ...call.deadlines, totalMs: 400 };
    const drip: Speak = (socket) => {
      socket.write(EVENTS);
      const timer = setInterval(() => socket.write(delta('drop ')), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const { failure } = await ask(drip, { deadlines });
    expect(failure).toMatchObject({ kind: 'answer_incomplete', billed: true });
    expect(failure.message).toBe('No whole answer within 400 ms.');
  });

  it.each([
    ['of many', 'x-a: b\r\n'],
    ['that is one', chars(1_000)],
  ])('headers without an end are taken no further than a bound, %s', async (_, piece) => {
    const { failure, written } = await ask(endless(head('text/event-stream', 'x: '), piece));
    expect(failure).toMatchObject({ kind: 'answer_incomplete', billed: false });
    expect(written).toBeLessThan(ON_THE_WAY);
  });

  it('interim answers without an end are ended by the deadline of the first token', async () => {
    const deadlines = { ...call.deadlines, firstTokenMs: 300 };
    const { failure } = await ask(endless('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'), {
      deadlines,
    });
    expect(failure.kind).toBe('timed_out');
  });
});

describe('compressed', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** A vendor whose body is `content`, packed by `packer`. */
  async function newPacked(encoding: string, contentType: string, content: Readable, packer: Transform) {
    let closed = false;
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': contentType, 'content-encoding': encoding });
      pipeline(content, packer, response, () => {
        closed = true;
      });
      request.resume();
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await until(() => server.listening);
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    return { baseUrl, isClosed: () => closed };
  }

  const fast = { level: 1 };
  const packers: readonly [string, () => Transform][] = [
    ['gzip', () => createGzip(fast)],
    ['deflate', () => createDeflate(fast)],
    ['br', () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', () => createZstdCompress()],
  ];

  it.each(packers)('a bomb of %s is unpacked no further than a bound', async (encoding, packer) => {
    const zeros = Readable.from(forever(Buffer.alloc(MIB)));
    const vendor = await newPacked(encoding, 'application/json', zeros, packer());
    const failure = await newClient(vendor.baseUrl, { streams: false }).fail();
    expect(failure.message).toBe(`The answer goes on past ${BODY_BYTES} bytes.`);
    await until(vendor.isClosed);
  });

  it.each(packers)('an answer in %s is read', async (encoding, packer) => {
    const content = () => Readable.from([Buffer.from(answerEvents('hello'))]);
    const vendor = await newPacked(encoding, 'text/event-stream', content(), packer());
    expect(textOf(await newClient(vendor.baseUrl).ask())).toBe('hello');
  });

  it.each([
    ['in an unknown way', 'constructor', Buffer.from(answerEvents('hello')), true],
    ['twice', 'gzip, br', brotliCompressSync(gzipSync(answerEvents('hello'))), true],
    ['and cut', 'gzip', gzipSync(answerJson('hello')).subarray(0, -12), false],
    ['in name only', 'gzip', Buffer.from(answerJson('hello')), false],
  ])('%s is no answer', async (_, encoding, body, streams) => {
    const type = streams ? 'text/event-stream' : 'application/json';
    const vendor = await newPacked(encoding, type, Readable.from([body]), new PassThrough());
    expect((await newClient(vendor.baseUrl, { streams }).fail()).kind).toBe('answer_incomplete');
  });
});

function* forever<T>(piece: T) {
  while (true) yield piece;
}

describe('not what was asked for', () => {
  const sized = (type: string, body: string | Buffer, more = ''): Speak => {
    const bytes = Buffer.from(body);
    const start = head(type, `content-length: ${bytes.length}\r\nconnection: close\r\n${more}\r\n`);
    return (socket) => socket.end(Buffer.concat([Buffer.from(start), bytes]));
  };
  const says =
    (text: string): Speak =>
    (socket) =>
      socket.end(text);
  const LATIN = Buffer.from(answerJson('caf\xe9'), 'latin1');
  const LATIN_EVENTS = Buffer.from(answerEvents('caf\xe9'), 'latin1');

  it.each<[string, Speak, boolean, boolean]>([
    ['a page, streamed', sized('text/html; charset=utf-8', '<html>Sign in</html>'), true, false],
    ['a page', sized('Text/HTML', '<html>Sign in</html>'), false, false],
    ['JSON for a stream', sized('application/json', answerJson('hello')), true, true],
    ['a stream for JSON', sized('text/event-stream', answerEvents('hello')), false, true],
    ['no UTF-8, streamed', sized('text/event-stream', LATIN_EVENTS), true, true],
    ['no UTF-8', sized('application/json', LATIN), false, true],
    ['half a character at the end', sized('application/json', Buffer.from([0x7b, 0xc3])), false, true],
    ['nothing, streamed', sized('text/event-stream', ''), true, false],
    ['nothing', sized('application/json', ''), false, true],
    ['status 204', says('HTTP/1.1 204 No Content\r\n\r\n'), true, false],
    ['status 205', says('HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n'), false, false],
    ['a status unknown to HTTP', says('HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n'), true, false],
    ['no HTTP', says('SSH-2.0-OpenSSH_9.2\r\n'), true, false],
    ['less than it said', says(`${head('application/json', 'content-length: 999\r\n')}\r\n{}`), false, true],
    [
      'more than it said',
      says(`${head('application/json', 'content-length: 20\r\n')}\r\n${answerJson('hello')}`),
      false,
      true,
    ],
    [
      'a chunk of no length',
      says(`${head('application/json', 'transfer-encoding: chunked\r\n')}\r\nzz\r\n{}\r\n`),
      false,
      true,
    ],
  ])('%s is no answer', async (_, speak, streams, billed) => {
    const { failure, requests } = await ask(speak, { streams });
    expect(failure).toMatchObject({ kind: 'answer_incomplete', billed });
    expect(requests).toBe(1);
  });

  it.each([
    [
      'another protocol',
      says('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['nothing at all', says('')],
  ])('%s is nobody there', async (_, speak) => {
    expect((await ask(speak)).failure).toMatchObject({ kind: 'unavailable', billed: false });
  });

  it('a character that comes in two pieces is whole', async () => {
    const vendor = await newVendor((socket) => {
      const bytes = Buffer.from(EVENTS + answerEvents('café'));
      const inside = bytes.indexOf(0xc3) + 1;
      socket.write(bytes.subarray(0, inside), () => setImmediate(() => socket.end(bytes.subarray(inside))));
    });
    expect(textOf(await newClient(vendor.baseUrl).ask())).toBe('café');
  });

  it('a type that only a careless host gives is no hindrance', async () => {
    const vendor = await newVendor(sized('text/plain', answerEvents('hello')));
    expect(textOf(await newClient(vendor.baseUrl).ask())).toBe('hello');
  });

  it('what follows an answer is never taken for the next one', async () => {
    const first = `${head('application/json', `content-length: ${answerJson('first').length}\r\n`)}\r\n${answerJson('first')}`;
    const smuggled = first.replaceAll('first', 'wrong');
    const vendor = await newVendor((socket, { count }) => {
      socket.write(count === 1 ? first + smuggled : first.replaceAll('first', 'right'));
    });
    const client = newClient(vendor.baseUrl, { streams: false });
    expect(textOf(await client.ask())).toBe('first');
    await until(() => vendor.sockets[0]!.destroyed);
    expect(textOf(await client.ask())).toBe('right');
  });
});

describe('a refusal', () => {
  const refused =
    'HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 7\r\n\r\n';

  it.each<[string, Speak]>([
    ['goes on for ever', endless(refused, '{"error":'.repeat(1_000))],
    ['falls silent', (socket) => socket.write(`${refused}{"error":`)],
    ['is cut', (socket) => socket.write(refused, () => socket.resetAndDestroy())],
  ])('whose body %s is what its status says', async (_, speak) => {
    const startedAtMs = performance.now();
    const { failure, written, requests } = await ask(speak);
    expect(failure).toMatchObject({ kind: 'unavailable', billed: false, hintMs: 7_000 });
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    expect(written).toBeLessThan(ON_THE_WAY);
    expect(requests).toBe(1);
  });

  it('that is compressed is understood', async () => {
    const body = gzipSync('{"error":{"message":"quota","code":"insufficient_quota"}}');
    const vendor = await newVendor((socket) => {
      socket.write('HTTP/1.1 429 Too Many Requests\r\ncontent-encoding: gzip\r\n');
      socket.end(Buffer.concat([Buffer.from(`content-length: ${body.length}\r\n\r\n`), body]));
    });
    expect((await newClient(vendor.baseUrl).fail()).kind).toBe('payment_required');
  });

  it.each([301, 302, 303, 307, 308])('%i is not followed: the key stays here', async (status) => {
    const elsewhere = await newVendor((socket) => socket.end());
    const location = `${elsewhere.baseUrl}/chat/completions?for=${API_KEY}`;
    const { failure, requests } = await ask((socket) =>
      socket.end(`HTTP/1.1 ${status} Elsewhere\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(failure).toMatchObject({ kind: 'unavailable', lasting: true, billed: false });
    expect(failure.message).toContain(`${status} and leads elsewhere to http://127.0.0.1:${elsewhere.port}`);
    expect(failure.message).not.toContain(API_KEY);
    expect(requests).toBe(1);
    expect(elsewhere.sockets).toEqual([]);
  });

  it('of a misdirected request is not asked again behind our back', async () => {
    const { failure, requests } = await ask((socket) =>
      socket.end('HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(failure.billed).toBe(false);
    expect(requests).toBe(1);
  });
});
