// Asks an engine over connections that are kept, with its token, behind a circuit breaker: an engine that fails again
// and again is left alone for a while. Says what went wrong in our errors.

import http from 'node:http';
import https from 'node:https';
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { AnomalyPredictorError, type ErrorTag, STATUS_BY_TAG } from '../../errors.js';
import { exchange, type HttpReply } from './http-exchange.js';
import type { RemoteConfig } from './remote-options.js';
import { decodeError } from './wire.js';

export interface EngineRequest {
  /** Below the engine's address. */
  readonly path: string;
  /** MessagePack; posted where there is one. */
  readonly body?: Buffer;
}

/** Characters of what an engine says that become part of a message. */
const LONGEST_REASON = 200;

export class EngineClient {
  readonly #config: RemoteConfig;
  readonly #agent: http.Agent;
  readonly #circuit;
  #isClosed = false;

  constructor(config: RemoteConfig) {
    this.#config = config;
    const { Agent } = config.url.protocol === 'https:' ? https : http;
    this.#agent = new Agent({ keepAlive: true });
    this.#circuit = circuitBreaker(handleWhen(isFailure), {
      breaker: new ConsecutiveBreaker(config.mostFailures),
      halfOpenAfter: config.retryAfterMs,
    });
  }

  /**
   * What `decode` makes of the reply's body; a reply with which it does not come to terms counts as a failure too.
   * @param deadlineMs on the clock of `performance.now()`
   */
  async ask<T>(
    request: EngineRequest,
    deadlineMs: number,
    decode: (body: Buffer) => T,
  ): Promise<T> {
    if (this.#isClosed) throw new AnomalyPredictorError('shutting-down', 'the detector is closed');
    // One request tries whether the engine is back; others would wait for it and then for their own.
    if (this.#circuit.state === CircuitState.HalfOpen) throw this.#circuitOpen();
    try {
      return await this.#circuit.execute(async () => decode(await this.#send(request, deadlineMs)));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#circuitOpen() : error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  async #send({ path, body }: EngineRequest, deadlineMs: number): Promise<Buffer> {
    const { url, token, timeoutMs } = this.#config;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/msgpack' }),
    };
    let reply: HttpReply;
    try {
      reply = await exchange({
        target: new URL(path, url),
        headers,
        body,
        agent: this.#agent,
        deadlineMs,
        mayRepeat: () => !this.#isClosed,
      });
    } catch (cause) {
      const isLate = cause instanceof AnomalyPredictorError;
      throw isLate
        ? new AnomalyPredictorError('timed-out', `no answer from ${shown(url)} in ${timeoutMs} ms`)
        : requestFailed(`no answer from ${shown(url)}: ${reasonOf(cause as Error)}`, cause);
    }
    if (reply.status !== 200) throw refused(url, reply);
    return reply.body;
  }

  #circuitOpen(): AnomalyPredictorError {
    const failure = this.#circuit.lastFailure;
    const cause = failure !== undefined && 'error' in failure ? failure.error : undefined;
    const { url, mostFailures } = this.#config;
    return new AnomalyPredictorError(
      'circuit-open',
      `${shown(url)} failed ${mostFailures} times in a row and is not asked for now: ${cause?.message}`,
      {},
      { cause },
    );
  }
}

/** Not where the engine is well and the detector has nothing to say. */
function isFailure(error: Error): boolean {
  return !(error instanceof AnomalyPredictorError && error.tag === 'not-explainable');
}

/** The engine's own error where it is one, else `request-failed`. */
function refused(url: URL, { status, body }: HttpReply): AnomalyPredictorError {
  const { error, code } = decodeError(body) ?? {};
  const answer = `${shown(url)} answered ${status}`;
  if (error === undefined) return requestFailed(answer);
  const message = `${answer}: ${error.slice(0, LONGEST_REASON)}`;
  const isOurs = Object.hasOwn(STATUS_BY_TAG, code as string);
  return isOurs ? new AnomalyPredictorError(code as ErrorTag, message) : requestFailed(message);
}

/** Without what a user may have put before the host. */
function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** Of the tries of several addresses, node:http joins the errors in one that has no message. */
function reasonOf({ message, cause, ...rest }: NodeJS.ErrnoException): string {
  return message || rest.code || String(cause);
}

function requestFailed(message: string, cause?: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError('request-failed', message, {}, { cause });
}
