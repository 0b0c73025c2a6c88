import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { JobReply, JobSpec } from '../../src/engine/job.js';
import { runJob } from '../../src/engine/run-job.js';
import type { Detector } from '../../src/model/detector.js';
import { Scorer } from '../../src/model/scorer.js';
import {
  ANOMALOUS_ROW,
  NORMAL_ROW,
  sampleForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import { jsonBody, linesBody, msgpackBody, packedBody } from '../support/sample-rows.js';
import { thrownBy } from '../support/thrown-by.js';

const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
const SPEC: JobSpec = {
  operation: 'score',
  requestFormat: 'json',
  replyFormat: 'json',
  maxRows: 4,
  firstRow: 0,
};

const run = (
  changes: Partial<JobSpec>,
  body: Uint8Array,
  detectors: readonly Detector[] = [SVM, FOREST],
): JobReply => runJob({ ...SPEC, ...changes }, detectors, body, new Scorer(plainKernels));

const textOf = ({ body }: JobReply) => Buffer.from(body).toString();
const documentOf = (reply: JobReply) => JSON.parse(textOf(reply));

const predict = (document: unknown, detectors?: readonly Detector[]) =>
  documentOf(run({ operation: 'predict' }, jsonBody(document), detectors));

const refusal = (changes: Partial<JobSpec>, body: Uint8Array) =>
  thrownBy(() => run(changes, body)).toData();

const HYBRID = { ...ANOMALOUS_ROW, model_type: 'hybrid' };

describe('predicting', () => {
  it('answers one behaviour with one verdict, by the first detector or the one that it names', () => {
    expect(predict(NORMAL_ROW)).toEqual({
      prediction: 'normal',
      raw_prediction: 1,
      score: expect.any(Number),
      risk: expect.any(Number),
      model_used: 'ocsvm',
    });
    expect(predict({ model_type: 'ocsvm', ...NORMAL_ROW })).toEqual(predict(NORMAL_ROW));
    expect(predict(HYBRID)).toMatchObject({ prediction: 'anomaly', model_used: 'hybrid' });
    expect(predict(NORMAL_ROW, [FOREST, SVM])).toMatchObject({ model_used: 'hybrid' });
  });

  it('answers an array with an array in its order, whichever detectors it names', () => {
    const behaviours = [HYBRID, NORMAL_ROW, { ...HYBRID, ...NORMAL_ROW }, ANOMALOUS_ROW];
    expect(predict(behaviours)).toEqual(behaviours.map((behaviour) => predict(behaviour)));
    expect(predict([NORMAL_ROW])).toEqual([predict(NORMAL_ROW)]);
  });

  it('counts verdicts by detector', () => {
    const behaviours = [HYBRID, NORMAL_ROW, NORMAL_ROW, ANOMALOUS_ROW];
    const { nRows, tallies } = run({ operation: 'predict' }, jsonBody(behaviours));
    expect(nRows).toBe(4);
    expect(tallies).toMatchObject([
      { model: 'hybrid', normal: 0, anomaly: 1 },
      { model: 'ocsvm', normal: 2, anomaly: 1 },
    ]);
  });

  it('reads every behaviour by the schema of the detector that it names', () => {
    const small = sampleOneClassSvm({
      name: 'small',
      schema: { features: [{ ...SVM.schema.features[0], name: 'x' }] },
      encoder: [{ feature: 'x', column: 'x' }],
      transforms: [],
      model: {
        type: 'one-class-svm',
        svm: {
          kernel: { function: 'linear', gamma: 1, coef0: 0, degree: 3 },
          nFeatures: 1,
          nSupport: 1,
          supportVectors: Float64Array.of(1),
          coefficients: Float64Array.of(1),
          intercept: 0,
        },
        riskScale: 1,
      },
    });
    const verdicts = predict([{ x: 7, model_type: 'small' }, NORMAL_ROW], [SVM, small]);
    expect(verdicts).toMatchObject([{ score: 7, model_used: 'small' }, { model_used: 'ocsvm' }]);
  });

  it.each([
    [[NORMAL_ROW, 7], 'row 1: expected an object, got 7'],
    [[Object.values(NORMAL_ROW)], 'row 0: expected an object, got an array'],
    [null, 'row 0: expected an object, got null'],
    [[], 'the batch is empty, expected at least one row'],
    [
      [HYBRID, NORMAL_ROW, { ...HYBRID, num_users: 'x' }],
      'row 2: "num_users" expected a number, got "x"',
    ],
    [new Array(5).fill(NORMAL_ROW), 'the batch has 5 rows, at most 4 are allowed'],
  ])('refuses %j', (document, message) => {
    expect(refusal({ operation: 'predict' }, jsonBody(document)).message).toBe(message);
  });

  it.each(['svm', '', null, 7, {}, '__proto__', 'constructor'])(
    'refuses the detector %j and says which there are',
    (name) => {
      const body = jsonBody([NORMAL_ROW, { ...NORMAL_ROW, model_type: name }]);
      expect(refusal({ operation: 'predict' }, body)).toMatchObject({
        tag: 'unknown-model',
        message: expect.stringMatching(
          /^row 1: "model_type" expected one of ocsvm, hybrid, got \S/,
        ),
        fields: { row: 1, field: 'model_type' },
      });
    },
  );
});

describe('scoring a batch', () => {
  const rows = [NORMAL_ROW, ANOMALOUS_ROW];

  it('answers with columns, under the name and version of the detector', () => {
    const reply = documentOf(run({}, jsonBody({ rows })));
    const verdicts = predict(rows) as { score: number; risk: number }[];
    expect(reply).toEqual({
      model: 'ocsvm',
      version: SVM.version,
      count: 2,
      predictions: ['normal', 'anomaly'],
      scores: verdicts.map(({ score }) => score),
      risks: verdicts.map(({ risk }) => risk),
    });
  });

  it('answers a packed matrix with packed columns, but in JSON with plain ones', () => {
    const expected = documentOf(run({}, jsonBody({ rows })));
    const request = { requestFormat: 'msgpack' } as const;
    const packed = unpack(run({ ...request, replyFormat: 'msgpack' }, packedBody(rows)).body);
    const doubles = (bytes: Buffer) => [...new Float64Array(Uint8Array.from(bytes).buffer)];
    expect([...new Int8Array(Uint8Array.from(packed.predictions).buffer)]).toEqual([1, -1]);
    expect(doubles(packed.scores)).toEqual(expected.scores);
    expect(doubles(packed.risks)).toEqual(expected.risks);
    expect(documentOf(run(request, packedBody(rows)))).toEqual(expected);
    const plain = run({ ...request, replyFormat: 'msgpack' }, msgpackBody({ rows }));
    expect(unpack(plain.body)).toEqual(expected);
  });

  it('knows no packed matrix in JSON, and no other keys in a batch', () => {
    for (const body of [
      { matrix: 'AAAA', rows: 1 },
      { rows, model_type: 'hybrid' },
    ]) {
      expect(refusal({}, jsonBody(body))).toMatchObject({
        tag: 'malformed-body',
        message: expect.stringMatching(/^unknown key "(matrix|model_type)"/),
      });
    }
  });
});

describe('scoring lines', () => {
  it('counts those that could be scored, and answers all', () => {
    const lines = linesBody([NORMAL_ROW, { num_users: 1 }, Object.values(ANOMALOUS_ROW)]);
    const reply = run({ operation: 'lines', firstRow: 40 }, lines);
    expect(reply.nRows).toBe(3);
    expect(reply.tallies).toMatchObject([{ model: 'ocsvm', normal: 1, anomaly: 1 }]);
    const replies = textOf(reply).trimEnd().split('\n');
    expect(replies.map((line) => JSON.parse(line))).toMatchObject([
      { row: 40, prediction: 'normal' },
      { row: 41, error: 'row 41: "inter_api_access_duration" is missing' },
      { row: 42, prediction: 'anomaly' },
    ]);
  });
});
