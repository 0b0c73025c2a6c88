// What a feature contributes to a score, in words.
import type { ExplainedFeature } from './explanation.js';

/** One feature of one explained row. */
export interface FeatureContribution extends ExplainedFeature {
  readonly value: number;
  /** Positive speaks for normal, negative for an anomaly. */
  readonly contribution: number;
  /** Standard error, where the contribution is sampled. */
  readonly error?: number;
}

/** 'num_users 1 (normal 107 to 3092): -0.41' */
export function contributionText({
  name,
  value,
  low,
  high,
  contribution,
  error,
}: FeatureContribution): string {
  const range = low === null || high === null ? '' : ` (normal ${short(low)} to ${short(high)})`;
  const margin = error === undefined ? '' : ` ± ${short(error)}`;
  const sign = contribution > 0 ? '+' : '';
  return `${name} ${short(value)}${range}: ${sign}${short(contribution)}${margin}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
