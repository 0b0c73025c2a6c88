// What an adapter does with a request.
import type { Decision } from './decision.js';
import type { Refusal } from './refusal.js';

export interface Ruling {
  /** Sent in place of the handler's reply; undefined where the request goes on. Never of an observed one. */
  readonly refusal: Refusal | undefined;
  /** For the reply of a request that goes on, where `exposeHeaders` asks for them. Never of an observed one. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Undefined of an observed request as long as something asynchronous goes on. */
  readonly decision: Decision | undefined;
}
