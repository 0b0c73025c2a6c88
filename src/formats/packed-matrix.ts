// Packed little-endian arrays inside MessagePack: a matrix of rows in a request, and the reply's columns.
//
//   request   {"matrix": bin of rows × nFeatures float64, row-major, "rows": number of rows}
//   reply     "predictions": bin of int8 (1 normal, −1 anomaly), "scores" and "risks": bin of float64
import { AnomalyPredictorError, shorten, showValue } from '../errors.js';
import { checkFinite, checkRowCount, type Rows } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import { isAnomaly } from '../model/verdict.js';

const FLOAT64_BYTES = 8;

/** Whether a decoded document is a packed matrix rather than a batch of rows or columns. */
export function isPackedMatrix(document: unknown): document is { matrix: unknown } {
  return typeof document === 'object' && document !== null && Object.hasOwn(document, 'matrix');
}

export function unpackMatrix(
  schema: Schema,
  document: { readonly matrix: unknown; readonly rows?: unknown },
  maxRows: number,
): Rows {
  for (const key in document) {
    if (key !== 'matrix' && key !== 'rows') {
      throw malformed(`unknown key ${showValue(key)}, expected "matrix" and "rows"`, shorten(key));
    }
  }
  const { matrix, rows: nRows } = document;
  if (!(matrix instanceof Uint8Array)) {
    throw malformed(`"matrix" expected binary data, got ${showValue(matrix)}`, 'matrix');
  }
  if (typeof nRows !== 'number' || !Number.isInteger(nRows) || nRows < 0) {
    throw malformed(`"rows" expected a whole number, got ${showValue(nRows)}`, 'rows');
  }
  checkRowCount(nRows, maxRows);
  const expectedBytes = nRows * schema.features.length * FLOAT64_BYTES;
  if (matrix.byteLength !== expectedBytes) {
    throw malformed(
      `"matrix" has ${matrix.byteLength} bytes, expected ${expectedBytes} for ${nRows} rows of ` +
        `${schema.features.length} float64 values`,
      'matrix',
    );
  }
  // Inside a message the matrix lies at any offset; the copy aligns it.
  const values = new Float64Array(matrix.byteLength / FLOAT64_BYTES);
  new Uint8Array(values.buffer).set(matrix);
  checkFinite(schema, values);
  return { nRows, values };
}

export function packPredictions(scores: Float64Array): Uint8Array {
  const predictions = new Int8Array(scores.length);
  for (let row = 0; row < scores.length; row++) predictions[row] = isAnomaly(scores[row]) ? -1 : 1;
  return new Uint8Array(predictions.buffer);
}

export function packFloat64(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function malformed(message: string, field: string): AnomalyPredictorError {
  return new AnomalyPredictorError('malformed-body', message, { field });
}
