// Whether risks are probabilities, and how the threshold was set.
import { calibrationCaveat } from '../../model/calibration.js';
import type { Detector } from '../../model/detector.js';
import { binomialInterval } from '../../training/binomial-interval.js';
import { reliabilityOf } from '../figures/reliability.js';
import type { JudgedDetector } from '../judged-detector.js';
import { countText, percentText, quantityText, rateText, shortText } from '../numbers.js';
import type { Block } from '../report.js';

export function reliabilityBlock({ detector, scored, risks }: JudgedDetector): Block {
  const { bins, brierScore } = reliabilityOf(risks, scored.labels);
  const intervals = bins.map(({ anomalies, rows }) => binomialInterval(anomalies * rows, rows));
  return {
    title: 'Calibration of the risk',
    notes: [
      `Brier score ${rateText(brierScore)}; 0 is perfect. Were risks probabilities, the points would lie on the diagonal. Band: 95 % intervals.`,
      detector.model.type === 'forest'
        ? 'The risk is the share of votes; where other rows hold fewer anomalies, fewer of one risk are anomalies.'
        : 'The risk of this detector is a rescaled score and no probability: only its order and the border at 0.5 mean something.',
    ],
    figure: {
      chart: {
        kind: 'lines',
        x: { name: 'mean risk', min: 0, max: 1 },
        y: { name: 'share of anomalies', min: 0, max: 1 },
        lines: [
          {
            name: 'rows in tenths of the risk',
            tone: 'accent',
            points: bins.map(({ meanRisk, anomalies }) => [meanRisk, anomalies]),
            hasDots: true,
            band: intervals.map(({ low, high }, i) => [bins[i].meanRisk, low, high]),
          },
          {
            name: 'probabilities',
            tone: 'muted',
            points: [
              [0, 0],
              [1, 1],
            ],
            isDashed: true,
          },
        ],
      },
      alternative: bins
        .map(
          ({ meanRisk, anomalies }) =>
            `of rows with a risk of about ${meanRisk.toFixed(2)}, ${percentText(anomalies)} are anomalies`,
        )
        .join('; '),
    },
    table: {
      header: ['mean risk', 'share of anomalies', '95 % interval', 'rows'],
      rows: bins.map(({ meanRisk, anomalies, rows }, i) => [
        meanRisk.toFixed(3),
        percentText(anomalies),
        `${percentText(intervals[i].low)} to ${percentText(intervals[i].high)}`,
        countText(rows),
      ]),
    },
  };
}

export function thresholdBlock({ threshold, calibration }: Detector): Block {
  const title = 'How the threshold was set';
  if (calibration === undefined) {
    const how =
      threshold === 0
        ? 'The border is the one that the model itself draws; no rows set it.'
        : `The threshold is ${threshold}; the detector does not say how it was set.`;
    return { title, notes: [how] };
  }
  const caveat = calibrationCaveat(calibration);
  const { data, rows, unit = 'row', targetFalsePositiveRate } = calibration;
  const { falsePositiveRate, interval, curve } = calibration;
  return {
    title,
    notes: [
      `On ${quantityText(rows, `normal ${unit}`)} of ${data.file}, so that at most ${percentText(targetFalsePositiveRate)} ` +
        `of them are called anomalies: ${percentText(falsePositiveRate)} are. Of others like them, ` +
        `${percentText(interval.low)} to ${percentText(interval.high)} are to be expected (95 %).`,
      ...(caveat === undefined ? [] : [caveat]),
    ],
    figure: {
      chart: {
        kind: 'lines',
        x: { name: 'threshold on the model’s output' },
        y: { name: `share of normal ${unit}s flagged`, min: 0 },
        lines: [
          {
            name: 'false positive rate',
            tone: 'accent',
            points: curve.map((point) => [point.threshold, point.falsePositiveRate]),
            steps: 'after',
          },
        ],
        marks: [{ x: threshold, label: 'threshold' }],
      },
      alternative: `The false positive rate of thresholds around ${shortText(threshold)}, the one that was set.`,
    },
    table: {
      header: ['threshold', 'false positive rate'],
      rows: curve.map((point) => [
        shortText(point.threshold),
        percentText(point.falsePositiveRate),
      ]),
    },
  };
}
