// What is said to an engine and what it answers: a packed matrix in MessagePack and the columns of scores in return
// (src/formats/packed-matrix.ts has the layout), the JSON description of a detector. Answers are trusted in nothing.
import { Packr, Unpackr } from 'msgpackr';
import * as v from 'valibot';
import { AnomalyPredictorError } from '../../errors.js';
import type { Explanation } from '../../model/explanation.js';
import { Schema } from '../../model/schema.js';
import { TrafficSettings } from '../../model/traffic-settings.js';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

const Description = v.object({
  name: v.string(),
  version: v.string(),
  schema: Schema,
  traffic: v.nullish(v.object(TrafficSettings.entries)),
});
export type ModelDescription = v.InferOutput<typeof Description>;

const Bytes = v.instance(Uint8Array);
const ScoresDocument = v.object({ version: v.string(), count: v.number(), scores: Bytes });
const Bound = v.nullable(v.number());
const ExplanationDocument = v.object({
  version: v.string(),
  explanation: v.object({
    method: v.picklist(['tree-shap', 'exact-shapley', 'sampled-shapley']),
    baseline: v.number(),
    features: v.array(
      v.object({
        name: v.string(),
        low: Bound,
        high: Bound,
        // Of engines that know it.
        min: v.optional(Bound, null),
        max: v.optional(Bound, null),
        bounds: v.exactOptional(v.object({ low: Bound, high: Bound })),
      }),
    ),
    contributions: Bytes,
    errors: v.optional(Bytes),
    outOfRange: v.optional(v.array(v.array(v.string())), []),
  }),
});
const ErrorReply = v.object({ error: v.string(), code: v.string() });
export type EngineError = v.InferOutput<typeof ErrorReply>;

const FLOAT64_BYTES = 8;

/** @param rows not empty, all of the same length */
export function encodeRows(rows: readonly Float64Array[]): Buffer {
  const nFeatures = rows[0].length;
  const matrix = new Float64Array(rows.length * nFeatures);
  for (let row = 0; row < rows.length; row++) matrix.set(rows[row], row * nFeatures);
  // A copy: msgpackr keeps writing to the memory behind what it returns.
  return Buffer.from(packr.pack({ matrix: new Uint8Array(matrix.buffer), rows: rows.length }));
}

export interface ScoresReply {
  /** Of the detector that scored. */
  readonly version: string;
  /** [nRows] finite */
  readonly scores: Float64Array;
}

/** @throws AnomalyPredictorError `request-failed` for anything but a finite score for each row; so do the others */
export function decodeScores(bytes: Uint8Array, nRows: number): ScoresReply {
  const { version, count, scores } = checked(ScoresDocument, unpack(bytes));
  if (count !== nRows) throw unexpected(`the reply has ${count} scores for ${nRows} rows`);
  return { version, scores: float64s('scores', scores, nRows) };
}

export interface ExplanationReply {
  readonly version: string;
  readonly explanation: Explanation;
}

/** Of one row. */
export function decodeExplanation(bytes: Uint8Array, nFeatures: number): ExplanationReply {
  const { version, explanation } = checked(ExplanationDocument, unpack(bytes));
  const { contributions, errors, ...rest } = explanation;
  return {
    version,
    explanation: {
      ...rest,
      contributions: float64s('contributions', contributions, nFeatures),
      ...(errors && { errors: float64s('errors', errors, nFeatures) }),
    },
  };
}

export function decodeDescription(bytes: Uint8Array): ModelDescription {
  return checked(Description, parseJson(bytes));
}

/** Undefined where the reply is no error document of an engine. */
export function decodeError(bytes: Uint8Array): EngineError | undefined {
  try {
    return checked(ErrorReply, parseJson(bytes));
  } catch {
    return undefined;
  }
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return unpackr.unpack(bytes);
  } catch (cause) {
    throw unexpected('the reply is not valid MessagePack', cause);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw unexpected('the reply is not valid JSON', cause);
  }
}

function checked<S extends v.GenericSchema>(schema: S, document: unknown): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, document, { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  throw unexpected(`the reply's "${v.getDotPath(issue) ?? 'document'}": ${issue.message}`);
}

function float64s(name: string, bytes: Uint8Array, length: number): Float64Array {
  if (bytes.length !== length * FLOAT64_BYTES) {
    throw unexpected(`"${name}" of the reply has ${bytes.length} bytes, not ${length} float64`);
  }
  // Inside a message they lie at any offset; the copy aligns them.
  const values = new Float64Array(length);
  new Uint8Array(values.buffer).set(bytes);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw unexpected(`"${name}" of the reply has ${values[bad]} at ${bad}`);
  return values;
}

function unexpected(message: string, cause?: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError('request-failed', message, {}, { cause });
}
