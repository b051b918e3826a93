/** How requests reach providers: pooled connections for each origin, HTTP/2 where it is offered, proxies. */
import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { LONGEST_CONNECT_MS } from '../../core/routing/call-deadlines.ts';

/** Shorter than the five seconds after which Node's servers and vLLM's drop an idle connection: reusing one then is a reset. */
const KEEP_ALIVE_MS = 4_000;
/** Vendors send up to 4 KB of headers. */
const HEADER_BYTES = 32 * 1024;
/** On this machine; simulated providers are, and no proxy would find them. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Addresses of proxies by the scheme of what is asked, each empty where there is none. */
export interface Proxies {
  readonly http: string;
  readonly https: string;
  /** Hosts that are asked directly, parted by commas; `*` for all. */
  readonly except: string;
}

export const NO_PROXIES: Proxies = { http: '', https: '', except: '' };

export function newDispatcher({ http, https, except }: Proxies): Dispatcher {
  return new EnvHttpProxyAgent({
    httpProxy: http,
    httpsProxy: https,
    noProxy: except === '*' ? except : [except, ...LOOPBACK].join(),
    connectTimeout: LONGEST_CONNECT_MS,
    requestTls: { timeout: LONGEST_CONNECT_MS, preferH2: true },
    // Of the request that asks a proxy for a tunnel, which is part of connecting.
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: LONGEST_CONNECT_MS }),
    // The one place where each pool is made, whatever stands between: options alone get lost on the way through a proxy.
    factory: (origin, options) => new Pool(origin, { ...limits, connect: { preferH2: true }, ...options }),
  });
}

const limits: Pool.Options = {
  allowH2: true,
  connectTimeout: LONGEST_CONNECT_MS,
  // Waiting has the call's own deadlines.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: HEADER_BYTES,
};
