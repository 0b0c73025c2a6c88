// What people have told to be false alarms, for a detector that is learned anew: the behaviours of exceptions, which are
// labelled normal also once they have expired.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AnomalyPredictorError } from '../errors.js';
import type { Schema } from '../model/schema.js';
import { readExceptions } from '../traffic/guard/exception-file.js';

export interface ExceptedRows {
  /** [nRows × nFeatures] row-major, unscaled */
  readonly values: Float64Array;
  readonly nRows: number;
  /** Exceptions without a behaviour, or with one that lacks a feature. */
  readonly nUnusable: number;
  /** Where they come from. */
  readonly source: { readonly file: string; readonly sha256: string };
}

/** @throws AnomalyPredictorError `bad-data-file` where there is no file, or that names what is wrong with its line */
export function exceptedRows(file: string, { features }: Schema): ExceptedRows {
  if (!existsSync(file)) {
    throw new AnomalyPredictorError('bad-data-file', `${file}: there is no such file`, { file });
  }
  const exceptions = readExceptions(file);
  const rows = exceptions.flatMap(({ behaviour = {} }) =>
    features.every(({ name }) => Object.hasOwn(behaviour, name))
      ? [features.map(({ name }) => behaviour[name])]
      : [],
  );
  return {
    values: Float64Array.from(rows.flat()),
    nRows: rows.length,
    nUnusable: exceptions.length - rows.length,
    source: {
      file: basename(file),
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    },
  };
}
