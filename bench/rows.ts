// Made-up behaviours, the same for the same seed, with about as many digits as real ones: how long a
// number is written decides what it costs to parse.
import { API_BEHAVIOUR_SCHEMA } from '../src/model/schema.js';
import { MersenneTwister } from '../src/training/mersenne-twister.js';

/**
 * Where most behaviours of the shipped detectors' data lie: rows far from all support vectors would share one
 * score, whose text V8 then has at hand. Values are spread over the magnitudes; a flag has no range.
 */
const RANGES: Readonly<Record<string, { low: number; high: number; decimals: number }>> = {
  inter_api_access_duration: { low: 1e-5, high: 0.02, decimals: 9 },
  api_access_uniqueness: { low: 0.002, high: 0.03, decimals: 9 },
  sequence_length: { low: 5, high: 80, decimals: 8 },
  vsession_duration: { low: 3, high: 10_000, decimals: 0 },
  num_sessions: { low: 100, high: 4_000, decimals: 0 },
  num_users: { low: 100, high: 3_000, decimals: 0 },
  num_unique_apis: { low: 10, high: 300, decimals: 0 },
};

const FEATURE_NAMES = API_BEHAVIOUR_SCHEMA.features.map(({ name }) => name);
export const N_FEATURES = FEATURE_NAMES.length;

/** [nRows × N_FEATURES] row-major, in the order of API_BEHAVIOUR_SCHEMA. */
export function makeBehaviours(nRows: number, seed: number): Float64Array {
  const random = new MersenneTwister(seed);
  const rows = new Float64Array(nRows * N_FEATURES);
  for (let at = 0; at < rows.length; at++) {
    const range = RANGES[FEATURE_NAMES[at % N_FEATURES]];
    rows[at] =
      range === undefined
        ? random.nextBelow(2)
        : Number(logUniform(random, range.low, range.high).toFixed(range.decimals));
  }
  return rows;
}

/** Rows [first … first + nRows) as objects, as a JSON client writes them. */
export function toObjects(
  rows: Float64Array,
  first = 0,
  nRows = rows.length / N_FEATURES,
): Record<string, number>[] {
  return Array.from({ length: nRows }, (_, row) =>
    Object.fromEntries(
      FEATURE_NAMES.map((name, feature) => [name, rows[(first + row) * N_FEATURES + feature]]),
    ),
  );
}

function logUniform(random: MersenneTwister, low: number, high: number): number {
  return low * (high / low) ** (random.nextUint32() / 2 ** 32);
}
