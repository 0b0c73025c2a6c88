// The sockets of a node:http server and the requests under way on each: idle clients are closed, but
// never one that waits for us; and on close() every request gets its reply.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose reply is not yet sent. */
export interface Exchange {
  /** While we are at work, silence on the socket is not the client's fault. */
  readonly isWorking: boolean;
  /** The client went away; nothing more can be sent. */
  gone(): void;
}

export class NodeConnections {
  /** From now on every reply closes its connection. */
  isDraining = false;
  readonly #exchanges = new Map<Socket, Set<Exchange>>();

  constructor(server: Server, idleTimeoutMs: number) {
    server.on('connection', (socket: Socket) => {
      const exchanges = new Set<Exchange>();
      this.#exchanges.set(socket, exchanges);
      socket.once('close', () => {
        this.#exchanges.delete(socket);
        for (const exchange of exchanges) exchange.gone();
      });
    });
    server.setTimeout(idleTimeoutMs, (socket) => {
      const exchanges = [...(this.#exchanges.get(socket) ?? [])];
      if (exchanges.some(({ isWorking }) => isWorking)) {
        socket.setTimeout(idleTimeoutMs);
      } else {
        socket.destroy();
      }
    });
  }

  begin({ socket }: IncomingMessage, response: ServerResponse, exchange: Exchange): void {
    const exchanges = this.#exchanges.get(socket);
    exchanges?.add(exchange);
    response.once('finish', () => {
      exchanges?.delete(exchange);
      if (this.isDraining && exchanges?.size === 0) socket.destroySoon();
    });
  }

  /** Closes idle connections now, the others after their replies. */
  drain(): void {
    this.isDraining = true;
    for (const [socket, exchanges] of this.#exchanges) {
      if (exchanges.size === 0) socket.destroy();
    }
  }
}
