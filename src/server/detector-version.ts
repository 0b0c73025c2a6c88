// The header that names the versions which scored a request: verdicts of single behaviours and lines have no
// place for them.
import type { Detectors, Tally } from '../engine/job.js';
import type { Detector } from '../model/detector.js';
import type { Reply } from './http.js';

export const VERSION_HEADER = 'Detector-Version';

type Headers = NonNullable<Reply['headers']>;

const headersByDetector = new WeakMap<Detector, Headers>();

/** Always the same object for the same detector: transports keep what they make of it. */
export function versionHeaderOf(detector: Detector): Headers {
  let headers = headersByDetector.get(detector);
  if (headers === undefined) {
    headers = { [VERSION_HEADER]: textOf(detector) };
    headersByDetector.set(detector, headers);
  }
  return headers;
}

/** `tallies`: of a job that might use `detectors`. */
export function versionHeader(detectors: Detectors, tallies: readonly Tally[]): Headers {
  if (tallies.length === 1) return versionHeaderOf(detectorOf(tallies[0], detectors));
  const used = tallies.map((tally) => textOf(detectorOf(tally, detectors)));
  return { [VERSION_HEADER]: used.join(', ') };
}

/** The one of `detectors` that the tally is of. */
export function detectorOf({ model }: Tally, detectors: Detectors): Detector {
  const [usual] = detectors;
  return usual.name === model ? usual : (detectors.find(({ name }) => name === model) ?? usual);
}

function textOf({ name, version }: Detector): string {
  return `${name}=${version}`;
}
