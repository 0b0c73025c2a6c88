// A batch for one detector to its scores and what every feature contributes to them.

import { AnomalyPredictorError } from '../errors.js';
import { encodeJson } from '../formats/json.js';
import { encodeMsgpack } from '../formats/msgpack.js';
import { packFloat64 } from '../formats/packed-matrix.js';
import { explanationOf } from '../model/explanation.js';
import type { Scorer } from '../model/scorer.js';
import type { Detectors, JobReply, JobSpec } from './job.js';
import { emptyContributions, emptyScores, scoreMatrix, takeOwn } from './matrix.js';
import { decodeBatch, scoreColumns } from './score-batch.js';
import { tallyOf } from './tally.js';

export function explainBatch(
  { requestFormat, replyFormat, maxRows }: JobSpec,
  [detector]: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const { schema, name, version } = detector;
  const batch = decodeBatch(requestFormat, schema, body, Number.POSITIVE_INFINITY);
  const { nRows, values } = batch;
  if (nRows > maxRows) {
    throw new AnomalyPredictorError(
      'too-many-rows',
      `the batch has ${nRows} rows, at most ${maxRows} are explained by "${name}" in one request`,
      { value: nRows },
    );
  }
  const nFeatures = schema.features.length;
  const { scores, risks } = emptyScores(nRows, takeOwn);
  const found = emptyContributions(nRows, nFeatures, takeOwn);
  scoreMatrix(scorer, detector, values, 0, nRows, { scores, risks, explanation: found });

  const packed = batch.packed && replyFormat === 'msgpack';
  const matrixOf = packed ? packFloat64 : (matrix: Float64Array) => rowsOf(matrix, nFeatures);
  const { contributions, errors, ...explanation } = explanationOf(detector, found, values);
  const document = {
    model: name,
    version,
    count: nRows,
    ...scoreColumns(scores, risks, packed),
    explanation: {
      ...explanation,
      contributions: matrixOf(contributions),
      ...(errors && { errors: matrixOf(errors) }),
    },
  };
  return {
    body: replyFormat === 'msgpack' ? encodeMsgpack(document) : encodeJson(document),
    nRows,
    tallies: [tallyOf(detector, values, scores)],
  };
}

function rowsOf(matrix: Float64Array, nFeatures: number): number[][] {
  return Array.from({ length: matrix.length / nFeatures }, (_, row) =>
    Array.from(matrix.subarray(row * nFeatures, (row + 1) * nFeatures)),
  );
}
