// A streamed request on node:http.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { giveBackShared } from '../../shared-memory.js';
import { ClientGoneError, type Reply, type ReplyStream, type StreamAdmission } from '../http.js';
import { LINGER_MS } from './early-reply.js';
import { InputQueue } from './input-queue.js';
import type { Exchange, NodeConnections } from './node-connections.js';
import { headersOf, sendEarlyReply, sendReply } from './node-reply.js';

export class NodeStream implements ReplyStream, Exchange {
  readonly #connections: NodeConnections;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #input: InputQueue;
  #isOver = false;
  #isEnding = false;
  #wakeWriter: (() => void) | undefined;

  constructor(connections: NodeConnections, request: IncomingMessage, response: ServerResponse) {
    this.#connections = connections;
    this.#request = request;
    this.#response = response;
    this.#input = new InputQueue(request);
    request.on('data', (chunk: Buffer) => {
      if (!this.#isOver && !this.#isEnding) this.#input.push(chunk);
    });
    request.once('end', () => this.#input.end());
    response.on('drain', () => this.#resolveWrite());
  }

  async run(admission: StreamAdmission): Promise<void> {
    try {
      const reply = await admission.handle(this.#input, this);
      if (reply !== undefined && !this.#isOver) this.#reply(reply);
    } catch {
      // Only a ClientGoneError: there is nobody left to answer.
      if (!this.#isOver) this.#request.socket.destroy();
    }
  }

  get isWorking(): boolean {
    return !this.#isOver && !this.#input.isStarved && this.#wakeWriter === undefined;
  }

  gone(): void {
    this.#isOver = true;
    this.#input.fail();
    this.#resolveWrite();
  }

  start(head: Omit<Reply, 'body'>): void {
    this.#response.writeHead(head.status, headersOf(head, this.#connections.isDraining));
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!this.#isOver && !this.#response.write(chunk, () => giveBackShared(chunk))) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
    if (this.#isOver) throw new ClientGoneError('the client went away while reading');
  }

  end(): void {
    if (this.#isOver) return;
    this.#input.discard();
    if (this.#input.hasEnded) {
      this.#finish();
    } else {
      this.#isEnding = true;
      const timer = setTimeout(() => this.#finish(), LINGER_MS);
      this.#request.once('end', () => this.#finish()).once('close', () => clearTimeout(timer));
    }
  }

  #finish(): void {
    this.#isOver = true;
    this.#response.end();
  }

  #reply(reply: Reply): void {
    this.#isOver = true;
    if (this.#input.hasEnded) {
      sendReply(this.#response, reply, this.#connections.isDraining);
    } else {
      this.#input.discard();
      sendEarlyReply(this.#request, this.#response, reply);
    }
  }

  #resolveWrite(): void {
    this.#wakeWriter?.();
    this.#wakeWriter = undefined;
  }
}
