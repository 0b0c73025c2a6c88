// What `learn` tells of what came of it.
import { calibrationCaveat } from '../model/calibration.js';
import { type Learned, N_ARTIFICIAL } from '../training/unlabelled/learn-detector.js';
import { volumeTable } from '../training/unlabelled/volume-table.js';
import { formatCount, formatQuantity, formatShare } from './numbers.js';
import { renderTable } from './table.js';

const SHOWN_CANDIDATES = 5;

export function learnedText({ detector, judged, failed }: Learned): string {
  const { calibration, provenance } = detector;
  const { split } = provenance;
  const { rows, targetFalsePositiveRate, falsePositiveRate, interval } = calibration;
  const { header, rows: lines } = volumeTable(judged.slice(0, SHOWN_CANDIDATES));
  const [best] = judged;
  const caveat = calibrationCaveat(calibration);
  return [
    `trained on ${formatQuantity(split.trainingRows, 'behaviour')}, chosen on ` +
      `${formatQuantity(split.choosingSessions, 'other session')}, calibrated on ${formatCount(rows)} others`,
    '',
    `the best of ${formatQuantity(judged.length, 'candidate')}, by the share of ` +
      `${formatCount(N_ARTIFICIAL)} artificial behaviours that each calls normal`,
    `at the threshold that flags ${formatShare(targetFalsePositiveRate)} of the sessions; lower is better:`,
    renderTable(header, lines),
    ...failed.map(
      ({ method, settings, reason }) =>
        `left out: ${method} with ${JSON.stringify(settings)}: ${reason}`,
    ),
    '',
    `chosen: ${best.method}, which calls ${formatShare(best.volume)} of what might be normal`,
    `sessions flagged: ${formatShare(falsePositiveRate)} of ${formatCount(rows)} that set the threshold; of others like ` +
      `them ${formatShare(interval.low)} to ${formatShare(interval.high)} are to be expected (95 %)`,
    ...(caveat === undefined ? [] : [caveat]),
  ].join('\n');
}
