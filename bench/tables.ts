// The figures as a person reads them.
import { renderTable } from '../src/cli/table.js';
import type { RateComparison } from './comparison.js';
import type { EngineReport } from './engine.js';
import type { ExplainReport } from './explain.js';
import type { ContenderFigure, HttpReport } from './http.js';
import type { MixedReport } from './http-mixed.js';
import type { KernelReport } from './kernels.js';
import type { LoadReport } from './load.js';
import type { LogsReport } from './logs.js';
import type { Machine } from './machine.js';
import type { Spread } from './statistics.js';

export function machineLine({ cpu, cores, memoryGiB, system, node, date }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, ${date}`;
}

export function kernelTable({ chosen, figures }: KernelReport): string {
  return section(
    `Kernels on one thread; the engine takes ${chosen}`,
    ['kernel', 'in', 'model', 'rows per call', 'rows/s', 'ns/row', 'p99 ns/row'],
    figures.map((figure) => [
      figure.kernel,
      figure.kernels,
      figure.model,
      count(figure.batchRows),
      count(figure.rowsPerSecond),
      figure.medianNsPerRow.toFixed(1),
      figure.p99NsPerRow.toFixed(1),
    ]),
  );
}

export function loadTable({ workers, figures }: LoadReport): string {
  return section(
    `From a detector's file to scores on ${workers} workers and the calling thread, in a fresh process`,
    ['kernels', 'model', 'file MiB', 'ms to the first score', 'memory / file size'],
    figures.map((figure) => [
      figure.kernels,
      figure.model,
      figure.fileMiB.toFixed(1),
      countSpread(figure.readyMs),
      ratioSpread(figure.memoryOverFile),
    ]),
  );
}

export function engineTable({ detector, figures, jsonParseRowsPerSecond }: EngineReport): string {
  return section(
    `Engine, detector ${detector}; medians [lowest–highest round]`,
    ['work', 'rows per job', 'workers', 'rows/s', 'of JSON.parse alone'],
    [
      ...figures.map((figure) => [
        figure.work,
        count(figure.rowsPerJob),
        String(figure.workers),
        countSpread(figure.rowsPerSecond),
        figure.overJsonParse === undefined ? '' : percentSpread(figure.overJsonParse),
      ]),
      ['JSON.parse alone', '', '', countSpread(jsonParseRowsPerSecond), ''],
    ],
  );
}

export function explainTable({ rowsPerJob, figures }: ExplainReport): string {
  return section(
    `Explanations on one worker, ${count(rowsPerJob)} rows a job; medians [lowest–highest round]`,
    ['detector', 'method', 'explained rows/s'],
    figures.map(({ detector, method, rowsPerSecond }) => [
      detector,
      method,
      countSpread(rowsPerSecond),
    ]),
  );
}

export function httpTable({ detector, figures }: HttpReport): string {
  return section(
    `HTTP, detector ${detector}; ceiling: the same transport only parsing the same bodies`,
    [
      'requests',
      'server',
      'requests/s',
      'rows/s',
      'median ms',
      'p99 ms',
      'server µs/request',
      'server CPUs',
      'client CPUs',
    ],
    figures.flatMap(({ scenario, product, ceiling }) => [
      [scenario, 'ours', ...contenderCells(product)],
      ['', 'ceiling', ...contenderCells(ceiling)],
    ]),
  );
}

/** How near the product comes to what could be, by scenario. */
export function ratioTable({ figures }: HttpReport): string {
  return section(
    'HTTP, ours against the ceiling; medians [lowest–highest round]',
    ['requests', 'rows each', 'connections', 'throughput', 'CPU efficiency', 'of JSON.parse alone'],
    figures.map((figure) => [
      figure.scenario,
      count(figure.rowsPerRequest),
      count(figure.connections),
      percentSpread(figure.throughputRatio),
      percentSpread(figure.cpuRatio),
      figure.jsonParse === undefined ? '' : percentSpread(figure.jsonParse.ratio),
    ]),
  );
}

/** What single rows wait for. */
export function mixedTable({ rowsPerBatch, aloneMs, besideBatches }: MixedReport): string {
  const line = (meanwhile: string, { median, p99 }: MixedReport['aloneMs']) => [
    meanwhile,
    median.toFixed(2),
    p99.toFixed(2),
  ];
  return section(
    'HTTP, one JSON row every few milliseconds; clients and server share the processors',
    ['meanwhile', 'median ms', 'p99 ms'],
    [
      line('nothing', aloneMs),
      ...besideBatches.map(({ batchConnections, batchRowsPerSecond, latencyMs }) =>
        line(
          `JSON batches of ${count(rowsPerBatch)} rows, connections: ${batchConnections},` +
            ` rows/s: ${count(batchRowsPerSecond)}`,
          latencyMs,
        ),
      ),
    ],
  );
}

export function logsTable({ lines, figures, memory }: LogsReport): string {
  const speed = section(
    `behaviours of ${count(lines)} lines; medians [lowest–highest of fresh processes]`,
    ['log', 'lines/s'],
    figures.map(({ format, linesPerSecond }) => [format, countSpread(linesPerSecond)]),
  );
  const peaks = memory.map(
    (figure) => `${figure.peakMiB.toFixed(0)} MiB for ${count(figure.lines)} lines`,
  );
  return `${speed}\nmost memory: ${peaks.join(', ')}`;
}

/** The working tree against `ref`. */
export function comparisonTable(
  comparisons: readonly RateComparison[],
  ref: string,
  nRounds: number,
): string {
  return section(
    `Rows per second, medians of ${nRounds} runs of either; ratios [lowest–highest round]`,
    ['figure', 'working tree', ref, 'working tree / ref'],
    comparisons.map(({ figure, ours, theirs, ratio }) => [
      figure,
      count(ours),
      count(theirs),
      ratioSpread(ratio),
    ]),
  );
}

function contenderCells(figure: ContenderFigure): string[] {
  return [
    count(figure.requestsPerSecond.median),
    count(figure.rowsPerSecond.median),
    figure.latencyMs.median.toFixed(2),
    figure.latencyMs.p99.toFixed(2),
    figure.serverCpuUsPerRequest.median.toFixed(1),
    figure.serverCpus.median.toFixed(2),
    figure.generatorCpus.median.toFixed(2),
  ];
}

export function section(title: string, header: string[], rows: string[][]): string {
  return `\n${title}\n${renderTable(header, rows)}`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function countSpread({ median, min, max }: Spread): string {
  return `${count(median)} [${count(min)}–${count(max)}]`;
}

export function ratioSpread({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} [${min.toFixed(2)}–${max.toFixed(2)}]`;
}

function percentSpread({ median, min, max }: Spread): string {
  const percent = (ratio: number) => (100 * ratio).toFixed(0);
  return `${percent(median)} % [${percent(min)}–${percent(max)}]`;
}
