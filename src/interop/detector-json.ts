// A detector as one JSON document, to be read elsewhere: all of `DetectorParts` under the same names.
// Arrays of numbers are lists; numbers that are not finite, such as the thresholds of leaves, are null.
import type { Detector } from '../model/detector.js';

const FORMAT = 'anomaly-predictor/json/1';

export function detectorJson({ bytes: _, ...detector }: Detector): string {
  const text = JSON.stringify(
    { format: FORMAT, ...detector },
    (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value),
    1,
  );
  // One line for a list of numbers.
  return `${text.replace(/,\n\s+(?=-?[\dn])/g, ', ')}\n`;
}
