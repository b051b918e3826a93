/** Vendors that answer exactly what a case says, where the simulated ones are too well behaved. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

export interface VendorAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly body: string;
}

/** Makes vendors that end with the case that asked for them; the function returned gives a vendor's base URL. */
export function useVendors(): (
  answer: (request: string, headers: IncomingHttpHeaders) => VendorAnswer,
) => Promise<string> {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });
  return async (answer) => {
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const { status = 200, headers, contentType = 'application/json', body } = answer(text, request.headers);
      response.writeHead(status, { 'content-type': contentType, ...headers }).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  };
}
