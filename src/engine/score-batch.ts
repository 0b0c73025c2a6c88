// A batch for one detector to its columns of predictions, scores and risks.
import { decodeJsonBatch } from '../formats/json-batch.js';
import { encodeColumns } from '../formats/json-verdicts.js';
import { decodeMsgpack, encodeMsgpack } from '../formats/msgpack.js';
import {
  isPackedMatrix,
  packFloat64,
  packPredictions,
  unpackMatrix,
} from '../formats/packed-matrix.js';
import type { Detector } from '../model/detector.js';
import { type Rows, readBatch } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import type { Scorer } from '../model/scorer.js';
import { predictionsOf } from '../model/verdict.js';
import type { Detectors, JobReply, JobSpec, WireFormat } from './job.js';
import { tallyOf } from './tally.js';

export function scoreBatch(
  { requestFormat, replyFormat, maxRows }: JobSpec,
  [detector]: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const { nRows, values, packed } = decodeBatch(requestFormat, detector.schema, body, maxRows);
  const scores = new Float64Array(nRows);
  const risks = new Float64Array(nRows);
  scorer.scoreInto(detector, values, nRows, scores, risks);

  return {
    body: encodeBatch(replyFormat, detector, scores, risks, packed),
    nRows,
    tallies: [tallyOf(detector, values, scores)],
  };
}

export function decodeBatch(
  format: WireFormat,
  schema: Schema,
  body: Uint8Array,
  maxRows: number,
): Rows & { readonly packed: boolean } {
  if (format === 'json') return { ...decodeJsonBatch(schema, body, maxRows), packed: false };
  const document = decodeMsgpack(body);
  return isPackedMatrix(document)
    ? { ...unpackMatrix(schema, document, maxRows), packed: true }
    : { ...readBatch(schema, document, maxRows), packed: false };
}

function encodeBatch(
  format: WireFormat,
  { name, version }: Detector,
  scores: Float64Array,
  risks: Float64Array,
  packed: boolean,
): Uint8Array {
  const head = { model: name, version, count: scores.length };
  if (format === 'json') return encodeColumns(head, scores, risks);
  return encodeMsgpack({ ...head, ...scoreColumns(scores, risks, packed) });
}

/** `packed`: as MessagePack's binary data. */
export function scoreColumns(scores: Float64Array, risks: Float64Array, packed: boolean) {
  return packed
    ? {
        predictions: packPredictions(scores),
        scores: packFloat64(scores),
        risks: packFloat64(risks),
      }
    : {
        predictions: predictionsOf(scores),
        scores: Array.from(scores),
        risks: Array.from(risks),
      };
}
