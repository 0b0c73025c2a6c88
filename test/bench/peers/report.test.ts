import { describe, expect, it } from 'vitest';
import type { HttpReport } from '../../../bench/peers/http-tier.js';
import type { ModelReport } from '../../../bench/peers/model-tier.js';
import {
  charts,
  httpTable,
  modelTable,
  type PeersReport,
  targetTable,
  toMarkdown,
  toText,
} from '../../../bench/peers/report.js';

const always = (value: number) => ({ median: value, min: value, max: value });
const agreement = { tolerance: 1e-5, largestDifference: 3e-8, otherLabels: 0 };

function modelReport(ratio: number | undefined): ModelReport {
  const figure = { rowsPerSecond: always(1_000_000), agreement };
  return {
    workload: 'forest',
    required: 3,
    goal: 6,
    figures: [
      {
        ...figure,
        contender: 'ours, wasm',
        ratio: ratio === undefined ? undefined : always(ratio),
      },
      { ...figure, contender: 'libsvm-js', ratio: undefined },
    ],
    stopped: ['ml-random-forest: label of row 7: 1, expected -1'],
  };
}

const HTTP: HttpReport = {
  detector: 'hybrid',
  required: 100,
  figures: [
    {
      contender: 'ours',
      requestsPerSecond: { median: 70_000, min: 60_000, max: 80_000 },
      latencyMs: { median: 0.4, p99: 1.2 },
      generatorCpus: always(1),
    },
  ],
  ratio: { median: 105, min: 99, max: 111 },
};

const REPORT: PeersReport = {
  machine: {
    cpu: 'a processor',
    cores: 2,
    memoryGiB: 8,
    system: 'linux',
    node: 'v20',
    date: '2026-01-02T03:04:05.000Z',
  },
  versions: { 'onnxruntime-node': '1.30.0' },
  leftOut: ['libsvm-js: not installed, install by `npm install --prefix bench/peers`'],
  models: [modelReport(4)],
  http: [HTTP],
};

describe('the report of the comparison', () => {
  it.each([
    [2.9, 'missed'],
    [3, 'reached'],
    [6, 'goal reached'],
  ])('sets %s times beside the target: %s', (ratio, verdict) => {
    const { rows } = targetTable({ models: [modelReport(ratio)], http: [] });
    expect(rows[0].at(-1)).toBe(verdict);
  });

  it('has no target where the yardstick is not installed', () => {
    expect(targetTable({ models: [modelReport(undefined)], http: [HTTP] }).rows).toEqual([
      ['HTTP, single rows, hybrid', 'Flask, the faster', '100', '', '105 [99–111]', 'reached'],
    ]);
  });

  it('shows every contender with its spread and its largest difference', () => {
    expect(modelTable(modelReport(4)).rows[0]).toEqual([
      'ours, wasm',
      '1,000,000 [1,000,000–1,000,000]',
      '4 [4–4]',
      '3e-8 of 0.00001',
      '0',
    ]);
  });

  it('says which contender was stopped, and why', () => {
    expect(toText(modelTable(modelReport(4)))).toContain(
      'ml-random-forest: label of row 7: 1, expected -1',
    );
  });

  it('shows servers with their latency, and how busy the load generator was', () => {
    expect(httpTable(HTTP).rows).toEqual([
      ['ours', '70,000 [60,000–80,000]', '0.40', '1.20', '1.00'],
    ]);
  });

  it('names machine, versions and date, and what was not installed', () => {
    const markdown = toMarkdown(REPORT);
    expect(markdown).toContain(
      'a processor, 2 cores, 8 GiB, linux, Node v20, 2026-01-02T03:04:05.000Z, onnxruntime-node 1.30.0',
    );
    expect(markdown).toContain(`- ${REPORT.leftOut[0]}`);
    expect(markdown).toContain(
      '| ours, wasm | 1,000,000 [1,000,000–1,000,000] | 4 [4–4] | 3e-8 of 0.00001 | 0 |',
    );
  });

  it('draws only what was measured', () => {
    expect([...charts(REPORT).keys()]).toEqual(['peers', 'peers-http']);
    expect([...charts({ ...REPORT, models: [modelReport(undefined)], http: [] }).keys()]).toEqual(
      [],
    );
  });
});
