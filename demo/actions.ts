// What the shop's guard does about simulated requests, without a server between.
import type { Detector } from '../src/model/detector.js';
import type { GuardAction } from '../src/traffic/guard/decision.js';
import { createGuard } from '../src/traffic/guard/guard.js';
import { guardOptions } from './shop/running-shop.js';
import type { SimulatedRequest } from './simulator/traffic.js';

const REFUSED = 403;

/** @returns what it does about each, in the order of the requests */
export function actionsOf(
  requests: readonly SimulatedRequest[],
  detector: Detector,
): GuardAction[] {
  let nowMs = 0;
  const guard = createGuard({ ...guardOptions, detector, mode: 'enforce', now: () => nowMs });
  const { decide, answered } = guard;
  return requests.map(({ timeMs, client: { address }, method, path, status }) => {
    nowMs = timeMs;
    const ruling = decide({
      request: {},
      method,
      path,
      route: undefined,
      address,
      trustedProxies: 'listed',
      claims: undefined,
      header: () => undefined,
    });
    if (!('decision' in ruling) || ruling.decision === undefined) {
      throw new Error('a detector in the process decides at once');
    }
    answered(ruling, ruling.refusal === undefined ? status : REFUSED, 0);
    return ruling.decision.action;
  });
}
