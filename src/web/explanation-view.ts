// The explanation of one verdict as the page shows it: a line for every feature, the largest contribution first.
import { placeInTraining } from '../model/contribution-text.js';
import type { Explanation } from '../model/explanation.js';
import type { Feature } from '../model/schema.js';

const BASELINE_BY_METHOD = {
  'tree-shap': 'the score to expect of a training row',
  'exact-shapley': 'the score of a behaviour whose every value is as usual',
  'sampled-shapley': 'the score of a behaviour whose every value is as usual',
} as const;

/** `row`: [nFeatures] the values that were scored; `explanation`: of this row alone. */
export function describeExplanation(
  { method, baseline, features: ranges, contributions, errors }: Explanation,
  features: readonly Feature[],
  row: readonly number[],
) {
  const largest = contributions.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const lines = features.map(({ name, title, unit }, i) => {
    const { low, high } = ranges[i];
    const outside = placeInTraining(row[i], ranges[i]);
    const contribution = contributions[i];
    return {
      title: title || name,
      unit,
      value: String(row[i]),
      place: outside || placeOf(row[i], low, high),
      range: describeRange(low, high),
      contribution: signed(contribution),
      margin: errors === undefined ? '' : `± ${short(errors[i])}`,
      speaksFor: contribution < 0 ? 'anomaly' : contribution > 0 ? 'normal' : 'neither',
      bar: barOf(contribution, largest),
      magnitude: Math.abs(contribution),
    };
  });
  return {
    baseline: signed(baseline),
    baselineMeaning: BASELINE_BY_METHOD[method],
    isEstimate: errors !== undefined,
    lines: lines.sort((a, b) => b.magnitude - a.magnitude),
  };
}

/** In units of which the largest contribution has 100; the middle is 0. */
function barOf(contribution: number, largest: number) {
  const length = largest === 0 ? 0 : Math.round((100 * Math.abs(contribution)) / largest);
  return { start: contribution < 0 ? -length : 0, length };
}

function placeOf(value: number, low: number | null, high: number | null): string {
  if (low !== null && value < low) return 'below';
  return high !== null && value > high ? 'above' : '';
}

function describeRange(low: number | null, high: number | null): string {
  if (low === null || high === null) return 'not known';
  const [from, to] = [short(low), short(high)];
  return from === to ? from : `${from} to ${to}`;
}

function signed(value: number): string {
  const text = short(Math.abs(value));
  if (value === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** Three digits of meaning or, of large numbers, the whole part; powers of ten where no one would count the zeros. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2);
  return size < 1_000
    ? value.toLocaleString('en', { maximumSignificantDigits: 3 })
    : Math.round(value).toLocaleString('en');
}
