// What the shop's detector looks at: the way of a client alone. How busy its network is would say nothing here, as
// customers and attackers come from the same ones. Read by `learn` and `replay`, and given to the guard.
import type { TrafficFeature } from '../src/traffic/features/feature.js';

/** Of long visits there are few to learn from, and further calls tell nothing new of a client. */
const ENOUGH_CALLS = 40;

export const features: readonly TrafficFeature[] = [
  {
    name: 'gap',
    title: 'Time between calls',
    description: 'Mean time between successive calls',
    unit: 'milliseconds',
    kind: 'number',
    example: 4_000,
    value: ({ calls, firstMs, lastMs }) => (calls > 1 ? (lastMs - firstMs) / (calls - 1) : 0),
  },
  {
    name: 'calls',
    title: 'Calls',
    description: 'Calls in the window, 40 at most',
    unit: 'count',
    kind: 'number',
    example: 15,
    value: ({ calls }) => Math.min(calls, ENOUGH_CALLS),
  },
  {
    name: 'routes',
    title: 'Routes',
    description: 'Different routes among the calls',
    unit: 'count',
    kind: 'number',
    example: 5,
    value: ({ routes }) => routes,
  },
  {
    name: 'failures_in_excess',
    title: 'Failures in excess',
    description:
      'Calls answered by 400 to 499, less the others; 0 where the others are as many or more',
    unit: 'count',
    kind: 'number',
    example: 0,
    value: ({ calls, clientErrors }) => Math.max(0, 2 * clientErrors - calls),
  },
];
