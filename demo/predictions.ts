// What a detector makes of simulated requests without a server between: the calls that the guard would make of them, told
// to the same tracker and the same judge.
import { chooseKernels } from '../src/choose-kernels.js';
import type { Detector } from '../src/model/detector.js';
import { AddressBook } from '../src/traffic/identity/address-book.js';
import { createJudge, type TrafficPrediction } from '../src/traffic/judge.js';
import { RouteTemplates } from '../src/traffic/routes/route-templates.js';
import { SessionTracker } from '../src/traffic/session/session-tracker.js';
import { features } from './features.js';
import { emailOf } from './shop/stock.js';
import { DATACENTER_NETWORKS } from './simulator/networks.js';
import type { SimulatedRequest } from './simulator/traffic.js';

/** The default of the guard, and of `learn`. */
const MIN_REQUESTS = 5;
const REFUSED = 403;

/** @returns the predictions in the order of the requests; those of an anomaly would be blocked */
export function predictionsOf(
  requests: readonly SimulatedRequest[],
  detector: Detector,
): TrafficPrediction[] {
  const tracker = new SessionTracker();
  const addresses = new AddressBook({ datacenter: DATACENTER_NETWORKS });
  const routes = new RouteTemplates();
  const judge = createJudge(detector, chooseKernels('auto'), {
    minRequests: MIN_REQUESTS,
    features,
  });
  return requests.map(({ timeMs, client: { address }, user, method, path, status }) => {
    const { client, group, type } = addresses.of(address);
    const session = tracker.record({
      timeMs,
      client,
      user: user === undefined ? '' : emailOf(user),
      route: routes.of(method, path),
      group,
      addressType: type,
      source: '',
    });
    const { prediction } = judge(session, 0);
    tracker.answered({
      timeMs,
      client,
      status: prediction === 'anomaly' ? REFUSED : status,
      durationMs: 0,
    });
    return prediction;
  });
}
