// Made-up behaviours in any number, no two alike, and the request bodies that carry them.
import { pack } from 'msgpackr';
import { packFloat64 } from '../../src/formats/packed-matrix.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { NORMAL_ROW } from './sample-detectors.js';

export type Behaviour = Readonly<Record<string, number>>;

const NAMES = API_BEHAVIOUR_SCHEMA.features.map(({ name }) => name);

/** Normal and anomalous to every sample detector; `seed` makes rows differ between calls. */
export function sampleRows(nRows: number, seed = 0): Behaviour[] {
  return Array.from({ length: nRows }, (_, row) => {
    // Multiples of the golden ratio spread evenly and never meet.
    const share = (row * 0.6180339887498949 + seed * 0.7548776662466927) % 1;
    return { ...NORMAL_ROW, num_users: 220 * share, sequence_length: 18.5 + 80 * (1 - share) };
  });
}

/** [nRows × nFeatures] row-major */
export function matrixOf(rows: readonly Behaviour[]): Float64Array {
  return Float64Array.from(rows.flatMap((row) => NAMES.map((name) => row[name])));
}

export const jsonBody = (document: unknown): Uint8Array => Buffer.from(JSON.stringify(document));

export const msgpackBody = (document: unknown): Uint8Array => Uint8Array.from(pack(document));

export function packedBody(rows: readonly Behaviour[]): Uint8Array {
  return msgpackBody({ matrix: packFloat64(matrixOf(rows)), rows: rows.length });
}

export function linesBody(rows: readonly unknown[]): Uint8Array {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
