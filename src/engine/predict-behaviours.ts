// One behaviour or an array of them, each naming its detector, to their verdicts.
import { AnomalyPredictorError, showValue } from '../errors.js';
import { decodeJson, encodeJson } from '../formats/json.js';
import { encodeVerdicts, type VerdictTemplate, verdictTemplate } from '../formats/json-verdicts.js';
import { decodeMsgpack, encodeMsgpack } from '../formats/msgpack.js';
import { type PlainForm, plainForm, plainFormOf, readPlainRow } from '../formats/plain-rows.js';
import type { Detector } from '../model/detector.js';
import { checkRowCount, isRecord, rowReader } from '../model/rows.js';
import type { Scorer } from '../model/scorer.js';
import { type Verdict, verdictOf } from '../model/verdict.js';
import type { Detectors, JobReply, JobSpec, Tally, WireFormat } from './job.js';
import { tallyOf } from './tally.js';

export function predictBehaviours(
  spec: JobSpec,
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const isJson = spec.requestFormat === 'json' && spec.replyFormat === 'json';
  return (
    (isJson ? predictPlain(detectors, body, scorer) : undefined) ??
    predictDocument(spec, detectors, body, scorer)
  );
}

/** One behaviour in the usual form, from bytes to bytes; undefined where `body` is anything else. */
function predictPlain(
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply | undefined {
  for (const detector of detectors) {
    const lone = loneOf(detector);
    if (
      readPlainRow(lone.named, body, lone.values) ||
      (detector === detectors[0] && readPlainRow(lone.unnamed, body, lone.values))
    ) {
      const { values, score, risk, template } = lone;
      scorer.scoreInto(detector, values, 1, score, risk);
      return {
        body: encodeVerdicts(template, score, risk),
        nRows: 1,
        tallies: [tallyOf(detector, values, score)],
      };
    }
  }
  return undefined;
}

/** What is needed again and again for lone behaviours of a detector. */
interface Lone {
  readonly named: PlainForm;
  readonly unnamed: PlainForm;
  readonly values: Float64Array;
  readonly score: Float64Array;
  readonly risk: Float64Array;
  readonly template: VerdictTemplate;
}

const loneByDetector = new WeakMap<Detector, Lone>();

function loneOf(detector: Detector): Lone {
  let lone = loneByDetector.get(detector);
  if (lone === undefined) {
    const { schema, name } = detector;
    lone = {
      named: plainForm(schema, `"${MODEL_KEY}":${JSON.stringify(name)},`),
      unnamed: plainFormOf(schema),
      values: new Float64Array(schema.features.length),
      score: new Float64Array(1),
      risk: new Float64Array(1),
      template: verdictTemplate(({ score, risk }) => JSON.stringify(verdictOf(score, risk, name))),
    };
    loneByDetector.set(detector, lone);
  }
  return lone;
}

/** Behaviours are grouped by detector, scored as batches, and answered in the order of the request. */
function predictDocument(
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
    const values = new Float64Array(indices.length * nFeatures);
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
    tallies.push(tallyOf(detector, values, scores));
  }
  const reply = Array.isArray(document) ? verdicts : verdicts[0];
  return { body: encode(replyFormat, reply), nRows: verdicts.length, tallies };
}

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

function decode(format: WireFormat, body: Uint8Array): unknown {
  return format === 'msgpack' ? decodeMsgpack(body) : decodeJson(body);
}

function encode(format: WireFormat, document: unknown): Uint8Array {
  return format === 'msgpack' ? encodeMsgpack(document) : encodeJson(document);
}
