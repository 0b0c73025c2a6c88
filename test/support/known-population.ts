// A detector that knows its training data, and rows of that population or of another one.
import type { Detector } from '../../src/model/detector.js';
import { profileOf } from '../../src/model/profile.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { forestOver } from './sample-detectors.js';

const random = new MersenneTwister(13);

/** `shift`: 0 for rows like those of the training; from 3 on, all are anomalies. */
export function rowsShiftedBy(shift: number, n: number): [position: number, count: number][] {
  return Array.from({ length: n }, () => [
    (3.3 * random.nextUint32()) / 2 ** 32 - 3 + shift,
    random.nextBelow(5),
  ]);
}

/** One row in eleven of those like the training's is an anomaly: its position is above 0. */
export function detectorThatKnows(name: string): Detector {
  const rows = rowsShiftedBy(0, 2_000);
  const scores = Float64Array.from(rows, ([position]) => (position > 0 ? -1 : 1));
  const profile = profileOf(Float64Array.from(rows.flat()), rows.length, 2, scores);
  return forestOver(name, [{ name: 'position "x"' }, { name: 'count' }], { profile });
}
