import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { StandardScaler } from '../../native-free-kernels/contract.js';
import { chooseKernels } from '../../src/choose-kernels.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/engine-options.js';
import type { JobReply, JobSpec } from '../../src/engine/job.js';
import { AnomalyPredictorError } from '../../src/errors.js';
import type { Detector } from '../../src/model/detector.js';
import { Scorer } from '../../src/model/scorer.js';
import { predictionOf } from '../../src/model/verdict.js';
import { giveBackShared } from '../../src/shared-memory.js';
import { trainIsolationForest } from '../../src/training/isolation-forest.js';
import {
  ANOMALOUS_ROW,
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import {
  type Behaviour,
  jsonBody,
  linesBody,
  matrixOf,
  msgpackBody,
  packedBody,
  sampleRows,
} from '../support/sample-rows.js';
import { thrownBy } from '../support/thrown-by.js';
import { until, watchThreads } from '../support/worker-threads.js';

const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
/** Its trees are too large for the kernels of small trees. */
const TRAINED_ISOLATION_FOREST = sampleIsolationForest({
  transforms: [],
  model: trainIsolationForest(matrixOf(sampleRows(500)), 500, 9, { seed: 1, contamination: 0.1 }),
});
const SPEC: JobSpec = {
  operation: 'score',
  requestFormat: 'json',
  replyFormat: 'json',
  maxRows: 1_000_000,
  firstRow: 0,
};
/** Enough rows that no engine with workers scores them in the calling thread. */
const MANY = 5_000;

let inline: Engine;
let pool: Engine;

beforeAll(async () => {
  inline = await createEngine({ workers: 0 });
  pool = await createEngine({ workers: 2 });
});
afterAll(() => Promise.all([inline.close(), pool.close()]));

/** An engine for one test. */
async function engineWith(options: EngineOptions): Promise<Engine> {
  const engine = await createEngine(options);
  onTestFinished(() => engine.close());
  return engine;
}

/** The worker threads that get ready in the rest of the test. */
function watchedThreads(onReady?: (thread: Worker) => void): readonly Worker[] {
  const { threads, stop } = watchThreads(onReady);
  onTestFinished(stop);
  return threads;
}

/** What `rows` score, one by one, without an engine. */
function scoresOf(detector: Detector, rows: readonly Behaviour[]) {
  const scorer = new Scorer(chooseKernels('auto'));
  const nFeatures = detector.schema.features.length;
  const matrix = matrixOf(rows);
  const scores = new Float64Array(rows.length);
  const risks = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const values = matrix.subarray(row * nFeatures, (row + 1) * nFeatures);
    scorer.scoreInto(detector, values, 1, scores.subarray(row), risks.subarray(row));
  }
  return { scores, risks };
}

const bytesOf = ({ body }: JobReply) => Buffer.from(body);
const documentOf = (reply: JobReply) => JSON.parse(bytesOf(reply).toString());

/** Sends `rows` to a worker; resolves with the reply's scores. */
async function scoresFromWorker(engine: Engine, detector: Detector, rows: readonly Behaviour[]) {
  const reply = engine.submit(SPEC, [detector], jsonBody({ rows }));
  expect(reply).toBeInstanceOf(Promise);
  return documentOf(await reply).scores;
}

/** What `submit` throws, at once or as a rejection. */
async function refusalBy(engine: Engine, ...args: Parameters<Engine['submit']>) {
  try {
    await engine.submit(...args);
  } catch (error) {
    if (error instanceof AnomalyPredictorError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an engine', () => {
  it('has as many workers as there are processors, unless told otherwise', async () => {
    const engine = await engineWith({});
    const status = { workers: availableParallelism(), queuedRows: 0, workerRestarts: 0 };
    expect(engine.status).toEqual(status);
    await engine.close();
    expect(pool.status).toEqual({ ...status, workers: 2 });
    expect(inline.status).toEqual({ ...status, workers: 0 });
  });

  it.each([
    [{ workers: -1 }, 'workers expected a whole number of at least 0, got -1'],
    [{ workers: 1.5 }, 'workers expected a whole number of at least 0, got 1.5'],
    [{ workers: Number.NaN }, 'workers expected a whole number of at least 0, got NaN'],
    [{ workers: '2' }, 'workers expected a whole number of at least 0, got "2"'],
    [{ maxQueuedRows: 0 }, 'maxQueuedRows expected a whole number of at least 1, got 0'],
    [{ maxQueuedRows: null }, 'maxQueuedRows expected a whole number of at least 1, got null'],
    [{ kernels: 'fast' }, 'kernels expected one of auto, plain, wasm, got "fast"'],
  ])('is refused with the option %j', async (options, message) => {
    await expect(createEngine(options as object)).rejects.toMatchObject({
      tag: 'bad-option',
      message,
      fields: { field: Object.keys(options)[0] },
    });
  });

  it('takes an option that is undefined as one that is not given', async () => {
    const options = { workers: 0, maxQueuedRows: undefined };
    const engine = await engineWith(options as object);
    expect(engine.status.workers).toBe(0);
  });
});

describe.each([
  ['in the calling thread', () => inline],
  ['on workers', () => pool],
])('scoring %s', (where, engineOf) => {
  it.each([
    ['a One-Class SVM', SVM],
    ['a forest', FOREST],
    ['an isolation forest', sampleIsolationForest()],
    ['a trained isolation forest', TRAINED_ISOLATION_FOREST],
  ])('gives a batch the scores that its rows get one by one: %s', async (_, detector) => {
    for (const nRows of [1, 7, 999, 1_000, 1_001, MANY]) {
      const rows = sampleRows(nRows, nRows);
      const expected = {
        model: detector.name,
        version: detector.version,
        count: nRows,
        ...scoresOf(detector, rows),
      };
      const predictions = Array.from(expected.scores, predictionOf);
      for (const batch of [
        { rows },
        { rows: rows.map((row) => Object.values(row)) },
        {
          columns: Object.fromEntries(
            Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])]),
          ),
        },
        matrixOf(rows),
      ]) {
        expect(await engineOf().score(detector, batch)).toEqual({ ...expected, predictions });
      }
    }
  });

  it('reads a matrix before it returns, and never writes to it', async () => {
    const rows = sampleRows(MANY);
    const matrix = matrixOf(rows);
    const untouched = matrix.slice();
    const scored = engineOf().score(SVM, matrix);
    expect(matrix).toEqual(untouched);
    matrix.fill(0);
    expect((await scored).scores).toEqual(scoresOf(SVM, rows).scores);
    expect(matrix.every((value) => value === 0)).toBe(true);
  });

  it('takes a matrix without rows', async () => {
    expect(await engineOf().score(SVM, new Float64Array(0))).toMatchObject({ count: 0 });
    expect(await engineOf().score(SVM, matrixOf(sampleRows(3)))).toMatchObject({ count: 3 });
  });

  it('refuses a matrix that does not fit the detector, by place', async () => {
    const matrix = matrixOf(sampleRows(MANY));
    await expect(engineOf().score(SVM, matrix.subarray(1))).rejects.toMatchObject({
      tag: 'malformed-body',
      message: 'the matrix has 44999 values, expected a multiple of 9',
    });
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      await expect(engineOf().score(SVM, matrix.with(9 * 4_321 + 5, value))).rejects.toMatchObject({
        tag: 'invalid-field',
        message: `row 4321: "num_users" expected a finite number, got ${value}`,
      });
    }
  });

  it.each([3, MANY])(
    'refuses a body of %d rows with a bad one, by row, field and value',
    async (n) => {
      const rows: unknown[] = sampleRows(n);
      rows[n - 1] = { ...sampleRows(1)[0], num_users: 'abc' };
      const error = await refusalBy(engineOf(), SPEC, [SVM], jsonBody({ rows }));
      expect(error).toMatchObject({
        tag: 'invalid-field',
        status: 400,
        message: `row ${n - 1}: "num_users" expected a number, got "abc"`,
        fields: { row: n - 1, field: 'num_users', value: 'abc' },
      });
    },
  );

  it('refuses a body that cannot be read, and one of too many rows', async () => {
    const bodies = [jsonBody({ rows: sampleRows(MANY) }), jsonBody({ rows: sampleRows(3) })];
    for (const body of bodies) {
      const cut = body.subarray(0, -1);
      expect(await refusalBy(engineOf(), SPEC, [SVM], cut)).toMatchObject({
        tag: 'malformed-body',
        message: expect.stringMatching(/^not valid JSON: /),
      });
      expect(await refusalBy(engineOf(), { ...SPEC, maxRows: 2 }, [SVM], body)).toMatchObject({
        tag: 'too-many-rows',
        status: 413,
      });
    }
    expect(await refusalBy(engineOf(), SPEC, [SVM], new Uint8Array(0))).toMatchObject({
      tag: 'malformed-body',
    });
  });

  it('keeps detectors of one name apart by their version', async () => {
    const other = sampleOneClassSvm({ threshold: 0.125 });
    const rows = sampleRows(MANY);
    const [first, second, again] = await Promise.all(
      [SVM, other, SVM].map((detector) => engineOf().score(detector, { rows })),
    );
    expect([first.model, second.model]).toEqual(['ocsvm', 'ocsvm']);
    expect([first.version, second.version]).toEqual([SVM.version, other.version]);
    expect(first.scores).toEqual(scoresOf(SVM, rows).scores);
    expect(second.scores).toEqual(first.scores.map((score) => score - 0.125));
    expect(again.scores).toEqual(first.scores);
  });

  it('refuses rows that belong to the schema of another detector', async () => {
    const schema = { features: SVM.schema.features.map((f) => ({ ...f, name: `x_${f.name}` })) };
    const encoder = SVM.encoder.map((entry) => ({ ...entry, feature: `x_${entry.feature}` }));
    const other = sampleOneClassSvm({ schema, encoder });
    const body = jsonBody({ rows: sampleRows(MANY) });
    expect(await refusalBy(engineOf(), SPEC, [other], body)).toMatchObject({
      tag: 'invalid-field',
      message: `row 0: "${schema.features[0].name}" is missing`,
    });
    expect(await engineOf().submit(SPEC, [SVM], body)).toMatchObject({ nRows: MANY });
  });

  it('gives every request its own reply, however many are under way', async () => {
    const requests = Array.from({ length: 60 }, (_, i) => {
      const detector = i % 4 === 0 ? FOREST : SVM;
      const rows = sampleRows([1, 40, 2_500][i % 3], i);
      const format = i % 2 === 0 ? 'json' : 'msgpack';
      const { scores } = scoresOf(detector, rows);
      return { detector, rows, format, scores: [...scores] } as const;
    });
    const replies = await Promise.all(
      requests.map(async ({ detector, rows, format }) => {
        const body = format === 'json' ? jsonBody({ rows }) : msgpackBody({ rows });
        return engineOf().submit({ ...SPEC, requestFormat: format }, [detector], body);
      }),
    );
    expect(new Set(requests.map(({ scores }) => String(scores))).size).toBeGreaterThan(50);
    replies.forEach((reply, i) => {
      const { detector, rows, scores } = requests[i];
      expect(documentOf(reply)).toMatchObject({ version: detector.version, scores });
      const anomaly = scores.filter((score) => score <= 0).length;
      expect(reply.nRows).toBe(rows.length);
      expect(reply.tallies).toMatchObject([
        { model: detector.name, normal: rows.length - anomaly, anomaly },
      ]);
    });
  });

  it('leaves the body to the caller as soon as it returns', async () => {
    const rows = sampleRows(MANY, 5);
    const body = jsonBody({ rows });
    const reply = engineOf().submit(SPEC, [SVM], body);
    body.fill(0);
    expect(documentOf(await reply).scores).toEqual([...scoresOf(SVM, rows).scores]);
  });

  if (where === 'on workers') {
    it('takes a body in shared memory as it is', async () => {
      const rows = sampleRows(MANY, 6);
      const body = jsonBody({ rows });
      const shared = new Uint8Array(new SharedArrayBuffer(body.length + 3), 3);
      shared.set(body);
      const reply = await engineOf().submit(SPEC, [SVM], shared);
      expect(documentOf(reply).scores).toEqual([...scoresOf(SVM, rows).scores]);
    });
  }
});

describe('explanations', () => {
  it.each([
    ['a One-Class SVM', SVM],
    ['a forest', FOREST],
    ['an isolation forest', sampleIsolationForest()],
  ])('come with the scores, the same from workers as from here: %s', async (_, detector) => {
    const rows = sampleRows(700);
    const expected = await inline.explain(detector, { rows });
    const { explanation, ...scores } = expected;
    expect(scores).toEqual(await inline.score(detector, { rows }));
    expect(await pool.explain(detector, matrixOf(rows))).toEqual(expected);
    const { baseline, contributions } = explanation;
    rows.forEach((_row, row) => {
      const parts = contributions.subarray(9 * row, 9 * row + 9);
      const total = parts.reduce((sum, part) => sum + part, baseline);
      expect(total).toBeCloseTo(expected.scores[row], 12);
    });
  });

  it('are made on workers even for one row', async () => {
    const { queuedRows } = pool.status;
    const explained = pool.explain(SVM, { rows: [ANOMALOUS_ROW] });
    expect(pool.status.queuedRows).toBe(queuedRows + 512);
    expect(await explained).toMatchObject({ count: 1, predictions: ['anomaly'] });
  });

  it('take the room of as many rows in the queue as they take the time of', async () => {
    const engine = await engineWith({ workers: 1, maxQueuedRows: 10_000 });
    const explained = engine.explain(SVM, { rows: sampleRows(100) });
    expect(engine.status.queuedRows).toBe(51_200);
    const one = { rows: sampleRows(1) };
    await expect(engine.explain(SVM, one)).rejects.toMatchObject({ tag: 'queue-full' });
    expect(await explained).toMatchObject({ count: 100 });
    expect(await engine.explain(SVM, one)).toMatchObject({ count: 1 });
  });

  it('of a matrix without rows are none', async () => {
    for (const engine of [inline, pool]) {
      const { count, explanation } = await engine.explain(SVM, new Float64Array(0));
      expect([count, explanation.contributions.length]).toEqual([0, 0]);
    }
  });

  it('are refused where the detector has none, and where a row is no row', async () => {
    const unexplained = sampleOneClassSvm({ transforms: [] });
    const rows = sampleRows(2);
    for (const engine of [inline, pool]) {
      await expect(engine.explain(unexplained, { rows })).rejects.toMatchObject({
        tag: 'not-explainable',
        status: 422,
        fields: { model: 'ocsvm' },
      });
      const matrix = matrixOf(rows).with(11, Number.NaN);
      await expect(engine.explain(SVM, matrix)).rejects.toMatchObject({
        message: 'row 1: "sequence_length" expected a finite number, got NaN',
      });
    }
  });
});

describe('a reply', () => {
  const rows = sampleRows(MANY, 1);
  const behaviours = rows.map((row, i) => (i % 3 === 0 ? { ...row, model_type: 'hybrid' } : row));
  const damaged = rows.map((row, i) => (i % 100 === 0 ? { ...row, num_users: null } : row));
  const lines: Partial<JobSpec> = {
    operation: 'lines',
    requestFormat: 'ndjson',
    replyFormat: 'ndjson',
    firstRow: 5,
  };
  const msgpack = { requestFormat: 'msgpack', replyFormat: 'msgpack' } as const;

  it.each<[string, Partial<JobSpec>, Uint8Array]>([
    ['JSON', {}, jsonBody({ rows })],
    [
      'JSON for MessagePack',
      { replyFormat: 'json', requestFormat: 'msgpack' },
      msgpackBody({ rows }),
    ],
    ['MessagePack', msgpack, msgpackBody({ rows })],
    ['MessagePack for JSON', { replyFormat: 'msgpack' }, jsonBody({ rows })],
    ['a packed matrix', msgpack, packedBody(rows)],
    ['a packed matrix in JSON', { ...msgpack, replyFormat: 'json' }, packedBody(rows)],
    ['behaviours', { operation: 'predict' }, jsonBody(behaviours)],
    ['behaviours in MessagePack', { ...msgpack, operation: 'predict' }, msgpackBody(behaviours)],
    ['explanations', { operation: 'explain' }, jsonBody({ rows })],
    ['packed explanations', { ...msgpack, operation: 'explain' }, packedBody(rows)],
    ['NDJSON', lines, linesBody(rows)],
    ['NDJSON with bad lines', lines, linesBody(damaged)],
  ])(
    'is the same, byte by byte, from the calling thread and from a worker: %s',
    async (_, changes, body) => {
      const spec = { ...SPEC, ...changes };
      const here = inline.submit(spec, [SVM, FOREST], body);
      expect(here).not.toBeInstanceOf(Promise);
      for (let i = 0; i < 2; i++) {
        const there = pool.submit(spec, [SVM, FOREST], body);
        expect(there).toBeInstanceOf(Promise);
        expect(bytesOf(await there).equals(bytesOf(here as JobReply))).toBe(true);
        expect(await there).toMatchObject({ nRows: MANY, tallies: (here as JobReply).tallies });
      }
    },
  );

  it.each([
    ['JSON', {}],
    ['MessagePack', { replyFormat: 'msgpack' }],
  ] as const)('in %s keeps its memory until it is given back', async (_, changes) => {
    const spec: JobSpec = { ...SPEC, ...changes };
    const bodies = [0, 1, 2, 3, 4, 5].map((i) => jsonBody({ rows: sampleRows(5_000, i) }));
    const submit = (body: Uint8Array) => pool.submit(spec, [SVM], body);
    const replies = await Promise.all(bodies.slice(0, 3).map(submit));
    const before = replies.map(bytesOf).map((bytes) => Buffer.from(bytes));
    const memory = new Set(replies.map(({ body }) => body.buffer));
    expect(memory.size).toBe(3);
    await Promise.all(bodies.slice(3).map(submit));
    expect(replies.map(bytesOf)).toEqual(before);
    giveBackShared(replies[0].body);
    expect(memory).toContain((await submit(bodies[3])).body.buffer);
  });

  it('in MessagePack is right while others are made', async () => {
    const spec = { ...SPEC, ...msgpack };
    const replies = await Promise.all(
      [0, 1, 2].map((i) => pool.submit(spec, [SVM], msgpackBody({ rows: sampleRows(5_000, i) }))),
    );
    for (const [i, { body }] of replies.entries()) {
      const expected = [...scoresOf(SVM, sampleRows(5_000, i)).scores];
      expect(unpack(body).scores).toEqual(expected);
    }
  });
});

describe('what is scored where', () => {
  it('is a matter of its cost: a single row here, thousands there', async () => {
    for (let i = 0; i < 5; i++) {
      const here = pool.submit(SPEC, [SVM], jsonBody({ rows: sampleRows(1) }));
      expect(here).not.toBeInstanceOf(Promise);
      await scoresFromWorker(pool, SVM, sampleRows(MANY));
    }
  });

  it('does not suffer from requests without rows', async () => {
    const detector = sampleOneClassSvm({ title: 'without a history' });
    const lines: JobSpec = { ...SPEC, operation: 'lines', requestFormat: 'ndjson' };
    expect(pool.submit(lines, [detector], new Uint8Array(0))).toMatchObject({ nRows: 0 });
    expect(pool.submit(lines, [detector], linesBody(sampleRows(1)))).toMatchObject({ nRows: 1 });
  });
});

describe('requests that wait', () => {
  it('are taken in the order in which they came', async () => {
    const engine = await engineWith({ workers: 1 });
    const answered: number[] = [];
    const replies = Array.from({ length: 12 }, async (_, i) => {
      await scoresFromWorker(engine, SVM, sampleRows(2_000, i));
      answered.push(i);
    });
    await Promise.all(replies);
    expect(answered).toEqual(replies.map((_, i) => i));
  });
});

describe('the memory of a detector', () => {
  it('is shared with the workers, not copied to them', async () => {
    const detector = sampleOneClassSvm({ title: 'for this test' });
    const rows = sampleRows(MANY);
    const before = await scoresFromWorker(pool, detector, rows);
    expect(before).toEqual([...scoresOf(detector, rows).scores]);
    // Nobody may do this; here it shows that the worker reads the same memory.
    (detector.transforms[0] as StandardScaler).mean[0] += 1;
    const after = await scoresFromWorker(pool, detector, rows);
    expect(after).not.toEqual(before);
    expect(after).toEqual([...scoresOf(detector, rows).scores]);
  });
});

describe('detectors that are not used any more', () => {
  it('are forgotten by the workers, and known again when they are asked for', async () => {
    const detector = sampleOneClassSvm({ title: 'comes and goes' });
    const rows = sampleRows(MANY);
    const expected = [...scoresOf(detector, rows).scores];
    for (let generation = 0; generation < 4; generation++) {
      expect(await scoresFromWorker(pool, detector, rows)).toEqual(expected);
      pool.forgetUnused();
      // With these the workers begin another generation, without the detector.
      for (let i = 0; i < generation; i++) {
        await Promise.all([1, 2, 3, 4].map(() => scoresFromWorker(pool, SVM, rows)));
        pool.forgetUnused();
      }
    }
  });
});

describe('a full queue', () => {
  it('refuses more rows than may wait, and takes them again when there is room', async () => {
    const engine = await engineWith({ workers: 1, maxQueuedRows: 100 });
    const body = jsonBody({ rows: sampleRows(MANY) });
    const taken = engine.submit(SPEC, [SVM], body);
    const { queuedRows } = engine.status;
    expect(queuedRows).toBeGreaterThan(100);
    expect(await refusalBy(engine, SPEC, [SVM], body)).toMatchObject({
      tag: 'queue-full',
      status: 503,
      message: `the queue is full: ${queuedRows} of 100 rows are waiting`,
      fields: { retryAfterSeconds: 1 },
    });
    const matrix = matrixOf(sampleRows(10 * MANY));
    await expect(engine.score(SVM, matrix)).rejects.toMatchObject({ tag: 'queue-full' });
    expect(await taken).toMatchObject({ nRows: MANY });
    expect(engine.status.queuedRows).toBe(0);
    // Alone, a request is taken however large it is.
    expect(await engine.submit(SPEC, [SVM], body)).toMatchObject({ nRows: MANY });
    expect(await engine.score(SVM, matrix)).toMatchObject({ count: 10 * MANY });
  });

  it('gives up its room after a request that fails', async () => {
    const body = jsonBody({ rows: sampleRows(MANY) }).subarray(0, -1);
    expect(await refusalBy(pool, SPEC, [SVM], body)).toMatchObject({ tag: 'malformed-body' });
    expect(pool.status.queuedRows).toBe(0);
  });
});

describe('a worker that dies', () => {
  it('is replaced, and every request under way gets its own reply once', async () => {
    const threads = watchedThreads();
    const engine = await engineWith({ workers: 2 });
    await until(() => threads.length === 2);
    for (let death = 0; death < 3; death++) {
      const requests = Array.from({ length: 8 }, (_, i) => sampleRows(2_000, 10 * death + i));
      const replies = requests.map((rows) => scoresFromWorker(engine, SVM, rows));
      const matrix = engine.score(FOREST, matrixOf(sampleRows(MANY, death)));
      // Both workers have been given a request by now, and neither can have answered.
      threads[death].terminate();
      for (const [i, scores] of (await Promise.all(replies)).entries()) {
        expect(scores).toEqual([...scoresOf(SVM, requests[i]).scores]);
      }
      expect((await matrix).scores).toEqual(scoresOf(FOREST, sampleRows(MANY, death)).scores);
      await until(() => threads.length === death + 3);
    }
    expect(engine.status).toEqual({ workers: 2, queuedRows: 0, workerRestarts: 3 });
  });

  it('takes nothing with it while nothing is under way', async () => {
    const threads = watchedThreads();
    const engine = await engineWith({ workers: 2 });
    await until(() => threads.length === 2);
    await Promise.all(threads.map((thread) => thread.terminate()));
    expect(await scoresFromWorker(engine, SVM, sampleRows(MANY))).toHaveLength(MANY);
    await until(() => threads.length === 4);
    expect(engine.status.workerRestarts).toBe(2);
  });

  it('twice over the same request fails it with a clear error, and no other', async () => {
    let deadly = false;
    const threads = watchedThreads((thread) => {
      if (deadly) setImmediate(() => thread.terminate());
    });
    const engine = await engineWith({ workers: 1 });
    await until(() => threads.length === 1);
    deadly = true;
    // Long enough to be under way whenever the thread dies.
    const row = JSON.stringify(sampleRows(1)[0]);
    const body = Buffer.from(`{"rows":[${`${row},`.repeat(200_000)}${row}]}`);
    const refused = refusalBy(engine, SPEC, [SVM], body);
    threads[0].terminate();
    const error = await refused;
    deadly = false;
    expect(error).toMatchObject({
      tag: 'worker-died',
      status: 500,
      message: 'the worker thread that scored this died, twice; the rows were not scored',
    });
    expect(engine.status.queuedRows).toBe(0);
    const rows = sampleRows(MANY);
    const expected = [...scoresOf(SVM, rows).scores];
    expect(await scoresFromWorker(engine, SVM, rows)).toEqual(expected);
  });
});

describe('closing', () => {
  it('waits for all work under way, then refuses more', async () => {
    const engine = await engineWith({ workers: 2 });
    const replies = Array.from({ length: 9 }, (_, i) =>
      scoresFromWorker(engine, SVM, sampleRows(i % 2 === 0 ? 1_500 : 3 * MANY, i)),
    );
    const settled = Promise.all(replies);
    let closed = false;
    const closing = engine.close().then(() => {
      closed = true;
    });
    const refused = { tag: 'shutting-down', status: 503 };
    const single = jsonBody({ rows: sampleRows(1) });
    expect(thrownBy(() => engine.submit(SPEC, [SVM], single))).toMatchObject(refused);
    const lengths = (await settled).map((scores) => scores.length);
    expect(lengths).toEqual(replies.map((_, i) => (i % 2 === 0 ? 1_500 : 3 * MANY)));
    await closing;
    expect(closed).toBe(true);
    expect(engine.status.queuedRows).toBe(0);
    expect(thrownBy(() => engine.submit(SPEC, [SVM], single))).toMatchObject(refused);
    await expect(engine.score(SVM, { rows: sampleRows(1) })).rejects.toMatchObject(refused);
  });

  it('answers a request whose worker dies meanwhile', async () => {
    const threads = watchedThreads();
    const engine = await engineWith({ workers: 1 });
    await until(() => threads.length === 1);
    const rows = sampleRows(5 * MANY);
    const reply = scoresFromWorker(engine, SVM, rows);
    const closing = engine.close();
    threads[0].terminate();
    expect(await reply).toEqual([...scoresOf(SVM, rows).scores]);
    await closing;
  });

  it('can be asked for more than once, and is done when it says so', async () => {
    const threads = watchedThreads();
    const engine = await engineWith({ workers: 2 });
    await until(() => threads.length === 2);
    const reply = scoresFromWorker(engine, SVM, sampleRows(MANY));
    await Promise.all([engine.close(), engine.close()]);
    for (const { threadId } of threads) expect(threadId).toBe(-1);
    expect(await reply).toHaveLength(MANY);
  });

  it('holds for an engine without workers too', async () => {
    const engine = await engineWith({ workers: 0 });
    await engine.close();
    await expect(engine.score(SVM, { rows: sampleRows(1) })).rejects.toMatchObject({
      tag: 'shutting-down',
    });
  });
});
