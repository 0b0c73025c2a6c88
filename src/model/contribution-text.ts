// What a feature contributes to a score, in words.
import type { ExplainedFeature } from './explanation.js';
import { isOutOfRange } from './training-range.js';

/** One feature of one explained row. */
export interface FeatureContribution extends ExplainedFeature {
  readonly value: number;
  /** Positive speaks for normal, negative for an anomaly. */
  readonly contribution: number;
  /** Standard error, where the contribution is sampled. */
  readonly error?: number;
}

/** 'num_users 1 (normal 107 to 3092, below all training rows): -0.41' */
export function contributionText(feature: FeatureContribution): string {
  const { name, value, low, high, contribution, error } = feature;
  const place = placeInTraining(value, feature);
  const normal = low === null || high === null ? '' : `normal ${short(low)} to ${short(high)}`;
  const about = [normal, place].filter((text) => text !== '').join(', ');
  const range = about === '' ? '' : ` (${about})`;
  const margin = error === undefined ? '' : ` ± ${short(error)}`;
  const sign = contribution > 0 ? '+' : '';
  return `${name} ${short(value)}${range}: ${sign}${short(contribution)}${margin}`;
}

/** 'above all training rows and the bound of 600'; empty within the training range. */
export function placeInTraining(
  value: number,
  { min, max, bounds }: Pick<ExplainedFeature, 'min' | 'max' | 'bounds'>,
): string {
  const places = [
    ...(isOutOfRange(value, { min, max })
      ? [`${value < Number(min) ? 'below' : 'above'} all training rows`]
      : []),
    ...(bounds !== undefined && value < (bounds.low ?? Number.NEGATIVE_INFINITY)
      ? [`below the bound of ${short(Number(bounds.low))}`]
      : []),
    ...(bounds !== undefined && value > (bounds.high ?? Number.POSITIVE_INFINITY)
      ? [`above the bound of ${short(Number(bounds.high))}`]
      : []),
  ];
  return places.join(', ');
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
