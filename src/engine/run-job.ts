// One job from request bytes to reply bytes: decode → score → encode, on whichever thread calls it.
import { AnomalyPredictorError, showValue } from '../errors.js';
import { decodeJson } from '../formats/json.js';
import { decodeJsonBatch } from '../formats/json-batch.js';
import { decodeMsgpack, encodeMsgpack } from '../formats/msgpack.js';
import { decodeLines, encodeLines } from '../formats/ndjson.js';
import {
  isPackedMatrix,
  packFloat64,
  packPredictions,
  unpackMatrix,
} from '../formats/packed-matrix.js';
import type { Detector } from '../model/detector.js';
import { checkRowCount, isRecord, type Rows, readBatch, rowReader } from '../model/rows.js';
import type { Schema } from '../model/schema.js';
import type { Scorer } from '../model/scorer.js';
import { isAnomaly, predictionOf, type Verdict, verdictOf } from '../model/verdict.js';
import type { JobReply, JobSpec, Operation, Tally, WireFormat } from './job.js';

/** The detectors that a job may use; the first is the default. */
type Detectors = readonly Detector[];

type RunOperation = (
  spec: JobSpec,
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
) => JobReply;

const RUN_BY_OPERATION: Record<Operation, RunOperation> = {
  score: scoreBatch,
  predict: predictBehaviours,
  lines: scoreLines,
};

export function runJob(
  spec: JobSpec,
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  return RUN_BY_OPERATION[spec.operation](spec, detectors, body, scorer);
}

function scoreBatch(
  { requestFormat, replyFormat, maxRows }: JobSpec,
  [detector]: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const { nRows, values, packed } = decodeBatch(requestFormat, detector.schema, body, maxRows);
  const scores = new Float64Array(nRows);
  const risks = new Float64Array(nRows);
  scorer.scoreInto(detector, values, nRows, scores, risks);

  const head = { model: detector.name, version: detector.version, count: nRows };
  const columns =
    packed && replyFormat === 'msgpack'
      ? {
          predictions: packPredictions(scores),
          scores: packFloat64(scores),
          risks: packFloat64(risks),
        }
      : {
          predictions: Array.from(scores, predictionOf),
          scores: Array.from(scores),
          risks: Array.from(risks),
        };
  return {
    body: encode(replyFormat, { ...head, ...columns }),
    nRows,
    tallies: [tallyOf(detector, scores)],
  };
}

function decodeBatch(
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

/** Behaviours are grouped by detector, scored as batches, and answered in the order of the request. */
function predictBehaviours(
  { requestFormat, replyFormat, maxRows }: JobSpec,
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const document = decode(requestFormat, body);
  const behaviours: readonly unknown[] = Array.isArray(document) ? document : [document];
  checkRowCount(behaviours.length, maxRows);

  const indicesByDetector = new Map<Detector, number[]>();
  behaviours.forEach((behaviour, row) => {
    const detector = detectorFor(behaviour, row, detectors);
    const indices = indicesByDetector.get(detector);
    if (indices === undefined) indicesByDetector.set(detector, [row]);
    else indices.push(row);
  });

  const verdicts = new Array<Verdict>(behaviours.length);
  const tallies: Tally[] = [];
  for (const [detector, indices] of indicesByDetector) {
    const nFeatures = detector.schema.features.length;
    const nValues = indices.length * nFeatures;
    const values = nValues <= scratch.length ? scratch : new Float64Array(nValues);
    const readRow = rowReader(detector.schema, [MODEL_KEY]);
    indices.forEach((row, i) => {
      readRow(behaviours[row], row, values, i * nFeatures);
    });
    const scores = new Float64Array(indices.length);
    const risks = new Float64Array(indices.length);
    scorer.scoreInto(detector, values, indices.length, scores, risks);
    indices.forEach((row, i) => {
      verdicts[row] = verdictOf(scores[i], risks[i], detector.name);
    });
    tallies.push(tallyOf(detector, scores));
  }
  const reply = Array.isArray(document) ? verdicts : verdicts[0];
  return { body: encode(replyFormat, reply), nRows: verdicts.length, tallies };
}

/** Values of few behaviours: for a lone one, memory of its own costs half as much as its score. */
const scratch = new Float64Array(1_024);

/** Key of a behaviour that names its detector. */
export const MODEL_KEY = 'model_type';

function detectorFor(behaviour: unknown, row: number, detectors: Detectors): Detector {
  if (!isRecord(behaviour)) {
    throw new AnomalyPredictorError(
      'invalid-field',
      `row ${row}: expected an object, got ${showValue(behaviour)}`,
      { row, value: behaviour },
    );
  }
  const name = behaviour[MODEL_KEY];
  if (name === undefined) return detectors[0];
  const detector = detectors.find((candidate) => candidate.name === name);
  if (detector === undefined) {
    const names = detectors.map((candidate) => candidate.name).join(', ');
    throw new AnomalyPredictorError(
      'unknown-model',
      `row ${row}: "${MODEL_KEY}" expected one of ${names}, got ${showValue(name)}`,
      { row, field: MODEL_KEY, value: name },
    );
  }
  return detector;
}

function scoreLines(
  { firstRow }: JobSpec,
  [detector]: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const block = decodeLines(detector.schema, body, firstRow);
  const scores = new Float64Array(block.nRows);
  const risks = new Float64Array(block.nRows);
  scorer.scoreInto(detector, block.values, block.nRows, scores, risks);
  const valid =
    block.errors.size === 0 ? scores : scores.filter((_, row) => !block.errors.has(row));
  return {
    body: encodeLines(block, firstRow, scores, risks),
    nRows: block.nRows,
    tallies: [tallyOf(detector, valid)],
  };
}

function decode(format: WireFormat, body: Uint8Array): unknown {
  return format === 'msgpack' ? decodeMsgpack(body) : decodeJson(body);
}

function encode(format: WireFormat, document: unknown): string | Uint8Array {
  return format === 'msgpack' ? encodeMsgpack(document) : JSON.stringify(document);
}

function tallyOf({ name }: Detector, scores: Float64Array): Tally {
  let anomaly = 0;
  for (let row = 0; row < scores.length; row++) if (isAnomaly(scores[row])) anomaly++;
  return { model: name, normal: scores.length - anomaly, anomaly };
}
