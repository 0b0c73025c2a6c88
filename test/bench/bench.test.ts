// The bench runs from end to end. Nothing is asserted about its times, only that they are there.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BenchReport } from '../../bench/main.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url));
const run = promisify(execFile);
/** It starts dozens of servers. */
const MOST_MS = 180_000;

const A_TIME = expect.toSatisfy((value: number) => Number.isFinite(value) && value > 0);
const SPREAD = { median: A_TIME, min: A_TIME, max: A_TIME };

describe('npm run bench -- --quick --json FILE', () => {
  const folder = temporaryFolder();
  let stdout: string;
  let report: Required<BenchReport>;

  beforeAll(async () => {
    const file = join(folder.path, 'report.json');
    ({ stdout } = await run(process.execPath, [MAIN, '--quick', '--json', file]));
    report = JSON.parse(readFileSync(file, 'utf8'));
  }, MOST_MS);

  it('names the machine and the Node version', () => {
    expect(report.machine).toMatchObject({ node: process.version, cpu: expect.any(String) });
    expect(stdout).toContain(process.version);
  });

  it('measures every kernel by batch size', () => {
    const kernels = new Set(report.kernels.figures.map(({ kernel }) => kernel));
    expect(kernels).toEqual(new Set(['scale', 'rbf', 'linear', 'poly', 'sigmoid', 'forest']));
    const implementations = new Set(report.kernels.figures.map(({ kernels: name }) => name));
    expect(implementations).toEqual(new Set(['plain', report.kernels.chosen]));
    for (const figure of report.kernels.figures) {
      expect(figure).toMatchObject({
        batchRows: A_TIME,
        rowsPerSecond: A_TIME,
        medianNsPerRow: A_TIME,
        p99NsPerRow: A_TIME,
      });
    }
  });

  it('measures how long a large detector takes to load, and its memory, with either kernels', () => {
    expect(report.load.figures).toEqual(
      ['plain', 'wasm'].map((kernels) =>
        expect.objectContaining({ kernels, fileMiB: A_TIME, readyMs: SPREAD }),
      ),
    );
  });

  it('measures the engine in the calling thread and on workers', () => {
    const works = report.engine.figures.map(({ work, workers }) => `${work} on ${workers}`);
    expect(works).toEqual(
      expect.arrayContaining(['matrix on 0', 'JSON on 0', 'matrix on 2', 'JSON on 2']),
    );
    for (const { rowsPerSecond } of report.engine.figures) expect(rowsPerSecond).toEqual(SPREAD);
    expect(report.engine.jsonParseRowsPerSecond).toEqual(SPREAD);
  });

  it('measures what the shipped detectors explain on one worker', () => {
    const { figures, parity } = report.explain;
    expect(figures).toEqual(
      ['hybrid', 'ocsvm-tuned', 'ocsvm'].map((detector) => ({
        detector,
        method: detector === 'hybrid' ? 'tree-shap' : 'exact-shapley',
        rowsPerSecond: SPREAD,
      })),
    );
    expect(parity).toHaveLength(figures.length);
  });

  it('measures every kind of request beside its ceiling', () => {
    expect(report.http.figures.map(({ scenario }) => scenario)).toEqual([
      'single JSON rows',
      'JSON batches',
      'msgpack batches',
      'msgpack matrix',
      'NDJSON stream',
    ]);
    for (const { product, ceiling, throughputRatio } of report.http.figures) {
      for (const { requestsPerSecond, latencyMs } of [product, ceiling]) {
        expect(requestsPerSecond).toEqual(SPREAD);
        expect(latencyMs).toEqual({ median: A_TIME, p99: A_TIME });
      }
      expect(throughputRatio).toEqual(SPREAD);
    }
  });

  it('measures single rows beside large batches', () => {
    const { mixed } = report.http;
    const latency = { median: A_TIME, p99: A_TIME };
    expect(mixed).toEqual({
      rowsPerBatch: 10_000,
      aloneMs: latency,
      besideBatches: [1, 4].map((batchConnections) => ({
        batchConnections,
        batchRowsPerSecond: A_TIME,
        latencyMs: latency,
      })),
    });
  });

  it('measures calls of sessions by how many are live, and their memory', () => {
    const { figures, memory } = report.traffic.tracker;
    expect(figures.map(({ liveSessions }) => liveSessions)).toEqual([1_000, 20_000]);
    for (const { nsPerCall } of figures) expect(nsPerCall).toEqual(SPREAD);
    expect(memory).toEqual({
      liveSessions: 20_000,
      heldBytesPerSession: A_TIME,
      residentBytesPerSession: A_TIME,
    });
  });

  it('measures what a guard with each shipped detector adds to each framework', () => {
    const { guard, guarded } = report.traffic;
    const detectors = ['hybrid', 'ocsvm-tuned', 'ocsvm'];
    const latency = { median: A_TIME, p99: A_TIME };
    expect(guard.figures).toEqual(
      detectors.map((detector) => ({ detector, decideUs: latency, answeredUs: latency })),
    );
    expect(guarded.figures.map(({ framework, app }) => `${framework}, ${app}`)).toEqual(
      ['node:http', 'Express 5', 'Fastify 5', 'Hono'].flatMap((framework) =>
        ['bare', 'empty', ...detectors].map((app) => `${framework}, ${app}`),
      ),
    );
    const aDifference = {
      median: expect.any(Number),
      min: expect.any(Number),
      max: expect.any(Number),
    };
    for (const { app, latencyUs, cpuUs, added } of guarded.figures) {
      expect(latencyUs).toEqual(latency);
      expect(cpuUs).toEqual(SPREAD);
      if (app !== 'bare') expect(added).toEqual({ latencyUs: aDifference, cpuUs: aDifference });
    }
    expect(guard.parity.map(({ way }) => way)).toEqual(
      detectors.map((detector) => `decisions by ${detector}`),
    );
    expect(guarded.parity).toHaveLength(16);
  });

  it('checks first that every way to a score gives the same score', () => {
    const ways = (tier: { parity: readonly { way: string; rows: number }[] }) =>
      tier.parity.filter(({ rows }) => rows > 0).map(({ way }) => way);
    expect(ways(report.kernels).length).toBeGreaterThanOrEqual(11);
    expect(ways(report.engine).length).toBeGreaterThanOrEqual(3);
    for (const model of ['ocsvm', 'ocsvm-tuned', 'hybrid']) {
      expect(ways(report.http)).toEqual(
        expect.arrayContaining([
          `single JSON rows for ${model}`,
          `JSON batches for ${model}`,
          `msgpack batches for ${model}`,
          `msgpack matrix for ${model}`,
          `NDJSON stream for ${model}`,
        ]),
      );
    }
  });

  it('measures how fast access logs become behaviours, and in how much memory', () => {
    expect(report.logs.figures.map(({ format }) => format)).toEqual([
      'combined',
      'JSON lines',
      'combined, gzip',
    ]);
    for (const { linesPerSecond } of report.logs.figures) expect(linesPerSecond).toEqual(SPREAD);
    expect(report.logs.memory).toEqual([
      { lines: 300, peakMiB: A_TIME },
      { lines: 3_000, peakMiB: A_TIME },
    ]);
    expect(stdout).toContain('lines/s');
  });
});
