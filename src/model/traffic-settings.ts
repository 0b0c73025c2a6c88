// How the traffic was read that a detector was learned from. Behaviours of another window, or of fewer calls, are of
// another population: who judges traffic with the detector takes these for defaults.
import * as v from 'valibot';

export const TrafficSettings = v.strictObject({
  windowMs: v.pipe(
    v.number(),
    v.finite('a finite number'),
    v.gtValue(0),
    v.description('Length of the sliding window, in milliseconds'),
  ),
  minRequests: v.pipe(
    v.number(),
    v.integer('a whole number'),
    v.minValue(2),
    v.description('Calls in the window before which a client is unknown'),
  ),
});
export type TrafficSettings = v.InferOutput<typeof TrafficSettings>;
