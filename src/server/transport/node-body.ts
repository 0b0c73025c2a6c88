// A request on node:http that is answered from its whole body.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyAdmission, Reply } from '../http.js';
import { BodyBuffer } from './body-buffer.js';
import type { Exchange, NodeConnections } from './node-connections.js';
import { sendEarlyReply, sendReply } from './node-reply.js';

const NO_BYTES = new Uint8Array(0);

export class NodeBody implements Exchange {
  readonly #connections: NodeConnections;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #admission: BodyAdmission;
  readonly #declaredBytes: number | undefined;
  #firstChunk: Uint8Array = NO_BYTES;
  #gathered: BodyBuffer | undefined;
  #state: 'receiving' | 'working' | 'answered' | 'gone' = 'receiving';

  constructor(
    connections: NodeConnections,
    request: IncomingMessage,
    response: ServerResponse,
    admission: BodyAdmission,
    declaredBytes: number | undefined,
  ) {
    this.#connections = connections;
    this.#request = request;
    this.#response = response;
    this.#admission = admission;
    this.#declaredBytes = declaredBytes;
  }

  begin(): void {
    if (this.#declaredBytes !== undefined && this.#declaredBytes > this.#admission.limitBytes) {
      this.#refuse();
    } else {
      this.#request.on('data', (chunk: Buffer) => this.#receive(chunk));
      this.#request.once('end', () => this.#handle());
    }
  }

  get isWorking(): boolean {
    return this.#state === 'working';
  }

  gone(): void {
    if (this.#state === 'receiving' || this.#state === 'working') this.#admission.aborted();
    this.#state = 'gone';
  }

  #receive(chunk: Uint8Array): void {
    if (this.#state !== 'receiving') return;
    if (this.#firstChunk.length === 0 && chunk.length <= this.#admission.limitBytes) {
      this.#firstChunk = chunk;
    } else if (!this.#append(chunk)) {
      this.#refuse();
    }
  }

  #append(chunk: Uint8Array): boolean {
    if (this.#gathered === undefined) {
      this.#gathered = new BodyBuffer(this.#admission.limitBytes, this.#declaredBytes);
      this.#gathered.append(this.#firstChunk);
    }
    return this.#gathered.append(chunk);
  }

  async #handle(): Promise<void> {
    if (this.#state !== 'receiving') return;
    this.#state = 'working';
    const reply = await this.#admission.handle(this.#gathered?.bytes() ?? this.#firstChunk);
    if (this.isWorking) this.#send(reply);
  }

  #send(reply: Reply): void {
    this.#state = 'answered';
    sendReply(this.#response, reply, this.#connections.isDraining);
  }

  #refuse(): void {
    this.#state = 'answered';
    this.#gathered = undefined;
    sendEarlyReply(this.#request, this.#response, this.#admission.tooLarge());
  }
}
