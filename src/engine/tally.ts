// How many rows of a job a detector called normal and anomalous.
import type { Detector } from '../model/detector.js';
import { isAnomaly } from '../model/verdict.js';
import type { Tally } from './job.js';

export function tallyOf({ name }: Detector, scores: Float64Array): Tally {
  let anomaly = 0;
  for (let row = 0; row < scores.length; row++) if (isAnomaly(scores[row])) anomaly++;
  return { model: name, normal: scores.length - anomaly, anomaly };
}
