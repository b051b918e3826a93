/**
 * `fetch` over a dispatcher of ours, for providers of the AI SDK. Unlike the web's it follows no redirect, sends nothing
 * again, and takes no more from a provider than an answer can have.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { type Dispatcher, errors, request } from 'undici';
import { boundedBody, unpacked } from './bounded-body.ts';
import { BrokenResponse } from './broken-response.ts';
import { readRefusal } from './read-refusal.ts';

/** The call of a model that a request is made for. */
export interface HttpCall {
  readonly expects: 'events' | 'json' | 'anything';
  /** Ends it, whatever it has come to. */
  readonly signal: AbortSignal;
  /** Called once the request has a connection. */
  readonly connected: () => void;
  /** Called with the status and the headers that came, their names in lower case. */
  readonly answered: (status: number, headers: Readonly<Record<string, string>>) => void;
}

/** Rejects with BrokenResponse where what comes back cannot be an answer, with undici's errors where nothing does. */
export const providerFetch =
  (dispatcher: Dispatcher, calls: AsyncLocalStorage<HttpCall>): typeof globalThis.fetch =>
  async (input, init) => {
    const { expects, signal, connected, answered } = calls.getStore() ?? ofNoCall(init);
    // Its own signal would be gone with it, as soon as the garbage is collected.
    const asked = new Request(input, { ...init, signal: null });
    const body = asked.body && Buffer.from(await asked.arrayBuffer());
    const response = await unlessAborted(
      signal,
      request(asked.url, {
        dispatcher: dispatcher.compose(telling(connected)),
        method: asked.method as Dispatcher.HttpMethod,
        headers: {
          ...Object.fromEntries(asked.headers),
          'accept-encoding': 'identity',
          ...(body && { 'content-length': String(body.byteLength) }),
        },
        // Of a stream undici has no second copy: what an HTTP/2 server turns away it would otherwise send again.
        body: body && Readable.from([body]),
        signal,
      }),
    ).catch((error: unknown) => {
      throw notHttp(error) ?? error;
    });
    // Whoever reads it hears of an error, and when it is given up, nobody reads.
    response.body.on('error', () => {});
    try {
      const headers = headersOf(response.headers);
      answered(response.statusCode, Object.fromEntries(headers));
      return await toResponse(response, headers, asked.url, expects);
    } catch (error) {
      response.body.destroy();
      throw error;
    }
  };

/** What a provider of the AI SDK fetches in its own time, such as a fresh token. */
const ofNoCall = (init: RequestInit | undefined): HttpCall => ({
  expects: 'anything',
  signal: init?.signal ?? new AbortController().signal,
  connected: () => {},
  answered: () => {},
});

/** undici lets a request that has no connection yet wait for it, though nobody wants it any more; it is not sent then. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Tells when undici begins to send, which is when it has a connection. */
const telling =
  (connected: () => void): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) => {
    const start = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      connected();
      start?.(controller, context);
    };
    return dispatch(options, handler);
  };

async function toResponse(
  { statusCode: status, body }: Dispatcher.ResponseData,
  headers: Headers,
  url: string,
  expects: HttpCall['expects'],
): Promise<Response> {
  if (status >= 300 && status < 400) throw redirected(status, headers, url);
  // An HTTP/2 server may give any number.
  if (status > 599)
    throw new BrokenResponse(`The answer has the status ${status}, which HTTP does not know.`);
  const about = { status, statusText: STATUS_CODES[status] ?? '', headers };
  const content = unpacked(body, headers.get('content-encoding')?.trim().toLowerCase());
  if (status >= 400) return new Response(Buffer.from(await readRefusal(content)), about);
  if (status === 204 || status === 205) throw new BrokenResponse(`The answer is empty: status ${status}.`);
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  assertType(type, expects);
  const bounded = boundedBody(content, { isText: expects !== 'anything' });
  return new Response(Readable.toWeb(bounded) as ReadableStream<Uint8Array>, about);
}

function headersOf(received: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(received)) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  return headers;
}

/** Followed, it could take the key to another host. */
function redirected(status: number, headers: Headers, url: string): BrokenResponse {
  const location = headers.get('location') ?? '';
  const to = URL.canParse(location, url) ? ` to ${new URL(location, url).origin}` : '';
  return new BrokenResponse(
    `The provider answers ${status} and leads elsewhere${to}, where no key is sent. Its baseUrl in the config must be the address that answers.`,
    { kind: 'unavailable', lasting: true },
  );
}

const EVENTS = 'text/event-stream';
const JSON_TYPE = 'application/json';
/** Never an answer: a proxy or a sign-in page stands between. */
const PAGE = 'text/html';

/** Only what is wrong for certain; the rest is left to who parses it, because hosts are careless about types. */
function assertType(type: string, expects: HttpCall['expects']): void {
  if (type === PAGE)
    throw new BrokenResponse('The answer is a web page: somebody else answers for the provider.');
  const [expected, other] = expects === 'events' ? [EVENTS, JSON_TYPE] : [JSON_TYPE, EVENTS];
  if (type !== other || expects === 'anything') return;
  throw new BrokenResponse(`The answer is ${type} where ${expected} was asked for.`, { billed: true });
}

function notHttp(error: unknown): BrokenResponse | undefined {
  const broken = error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
  if (!broken) return undefined;
  return new BrokenResponse(`The answer is not HTTP as it should be: ${error.message}`, { cause: error });
}
