// The refusal that the user's handler makes of the default one.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Decision } from './decision.js';
import type { GuardConfig } from './guard-options.js';
import { after, type MaybeLater } from './maybe-later.js';
import type { Refusal } from './refusal.js';

/** Throws, or rejects, whatever the handler does, and TypeErrors and RangeErrors for what no server can send. */
export function ownRefusal<Request>(
  handler: NonNullable<GuardConfig<Request>['handler']>,
  request: Request,
  decision: Decision,
  usual: Refusal,
): MaybeLater<Refusal> {
  return after(handler(request, decision, usual), (own) => {
    const refusal = { ...usual, ...own, headers: { ...usual.headers, ...own?.headers } };
    if (!Number.isInteger(refusal.status) || refusal.status < 200 || refusal.status > 599) {
      throw new RangeError(`handler: expected a status from 200 to 599, got ${refusal.status}`);
    }
    if (typeof refusal.body !== 'string') throw new TypeError('handler: expected a text as body');
    for (const [name, value] of Object.entries(refusal.headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return refusal;
  });
}
