// The list of the detectors that are served, with their schemas.
import type { Detector, Model } from '../model/detector.js';
import { failedChecksText } from '../model/detector-checks.js';
import { MODEL_FIELD } from './form.js';

const TYPES: Readonly<Record<Model['type'], string>> = {
  'one-class-svm': 'One-Class SVM',
  forest: 'Forest',
  'isolation-forest': 'Isolation forest',
};
/** Of one detector; the rest is counted. */
const MOST_FEATURES_SHOWN = 200;

/** What views/detectors.ejs names. */
export function describeDetectors(
  detectors: readonly Detector[],
  shown: Detector,
  warningOf: (detector: Detector) => string | undefined,
) {
  return detectors.map((detector) => {
    const { name, title, version, model, schema, threshold, calibration } = detector;
    const nFeatures = schema.features.length;
    return {
      name,
      title,
      version,
      type: TYPES[model.type],
      border: borderText(threshold, calibration),
      warning: warningOf(detector),
      failedChecks: failedChecksText(detector),
      isShown: detector === shown,
      link: formLink(detector),
      nFeatures: `${nFeatures.toLocaleString('en')} ${nFeatures === 1 ? 'feature' : 'features'}`,
      features: schema.features.slice(0, MOST_FEATURES_SHOWN),
      nMore: Math.max(0, nFeatures - MOST_FEATURES_SHOWN),
    };
  });
}

/** Only what differs from the border that the model draws itself. */
function borderText(threshold: number, calibration: Detector['calibration']): string | undefined {
  if (calibration === undefined) {
    return threshold === 0 ? undefined : `threshold ${shortNumber(threshold)}`;
  }
  const { falsePositiveRate, rows, interval } = calibration;
  return (
    `threshold ${shortNumber(threshold)}, at which ${percent(falsePositiveRate)} of ` +
    `${rows.toLocaleString('en')} normal rows were called anomalies; ${percent(interval.low)} to ` +
    `${percent(interval.high)} are to be expected`
  );
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Where the form of `detector` is. */
export function formLink(
  { name }: Detector,
  fields: Readonly<Record<string, string>> = {},
): string {
  return `/?${new URLSearchParams({ [MODEL_FIELD]: name, ...fields })}`;
}
