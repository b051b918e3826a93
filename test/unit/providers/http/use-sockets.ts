import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';

/** A vendor that says whatever a case says, HTTP or not. */
export interface SocketVendor {
  readonly baseUrl: string;
  readonly port: number;
  /** Every connection it was given, the oldest first. */
  readonly sockets: readonly Socket[];
  /** How many requests it was sent. */
  readonly requests: () => number;
}

export type Speak = (socket: Socket, request: { readonly head: string; readonly count: number }) => void;

/** Makes vendors over bare sockets that end with the case; each calls `speak` once a request has come, body and all. */
export function useSockets(): (speak: Speak) => Promise<SocketVendor> {
  const servers: { server: Server; sockets: Socket[] }[] = [];
  afterEach(() => {
    for (const { server, sockets } of servers.splice(0)) {
      server.close();
      for (const socket of sockets) socket.destroy();
    }
  });
  return async (speak) => {
    const sockets: Socket[] = [];
    let count = 0;
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      let received = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        received += text;
        const request = wholeRequest(received);
        if (!request) return;
        received = received.slice(request.length);
        count += 1;
        speak(socket, { head: request.head, count });
      });
    });
    servers.push({ server, sockets });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { baseUrl: `http://127.0.0.1:${port}/v1`, port, sockets, requests: () => count };
  };
}

function wholeRequest(received: string): { head: string; length: number } | undefined {
  const bodyAt = received.indexOf('\r\n\r\n') + 4;
  if (bodyAt === 3) return undefined;
  const head = received.slice(0, bodyAt);
  const length = bodyAt + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return received.length < length ? undefined : { head, length };
}

/** Writes `piece` again and again for as long as the other side listens, at the pace at which it reads. */
export function writeForever(socket: Socket, piece: string | Uint8Array): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}
