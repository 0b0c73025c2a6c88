// The comparison as a person reads it: tables for the terminal and in Markdown, and charts.
import { renderTable } from '../../src/cli/table.js';
import type { Machine } from '../machine.js';
import type { Spread } from '../statistics.js';
import { countSpread, machineLine } from '../tables.js';
import { type Chart, twoDigits } from './chart.js';
import type { HttpReport } from './http-tier.js';
import { type ModelReport, YARDSTICK } from './model-tier.js';

export interface PeersReport {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** What was not measured, and why or how to install it; a line each. */
  readonly leftOut: readonly string[];
  readonly models: readonly ModelReport[];
  readonly http: readonly HttpReport[];
}

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

const OURS = 'ours';

/** Every target of the report beside what was measured; without the yardstick there is none. */
export function targetTable({ models, http }: Pick<PeersReport, 'models' | 'http'>): Table {
  const rows = [
    ...models.flatMap(({ workload, required, goal, figures }) => {
      const ratio = figures[0]?.ratio;
      return ratio === undefined ? [] : [targetRow(workload, YARDSTICK, required, goal, ratio)];
    }),
    ...http.map(({ detector, required, ratio }) =>
      targetRow(`HTTP, single rows, ${detector}`, 'Flask, the faster', required, undefined, ratio),
    ),
  ];
  return {
    title: 'Ours against the targets; medians [lowest–highest round]',
    header: ['workload', 'over', 'required', 'goal', 'measured', ''],
    rows,
    notes: [],
  };
}

export function modelTable({ workload, figures, stopped }: ModelReport): Table {
  return {
    title: workload,
    header: ['contender', 'rows/s', `× ${YARDSTICK}`, 'largest difference', 'other labels'],
    rows: figures.map(({ contender, rowsPerSecond, ratio, agreement }) => [
      contender,
      countSpread(rowsPerSecond),
      ratio === undefined ? '' : times(ratio),
      agreement.largestDifference === undefined
        ? 'labels only'
        : `${agreement.largestDifference.toExponential(0)} of ${agreement.tolerance}`,
      String(agreement.otherLabels),
    ]),
    notes: stopped,
  };
}

export function httpTable({ detector, figures, ratio }: HttpReport): Table {
  return {
    title: `HTTP, single JSON rows, 32 connections, ${detector}`,
    header: ['server', 'requests/s', 'median ms', 'p99 ms', 'load generator CPUs'],
    rows: figures.map(({ contender, requestsPerSecond, latencyMs, generatorCpus }) => [
      contender,
      countSpread(requestsPerSecond),
      latencyMs.median.toFixed(2),
      latencyMs.p99.toFixed(2),
      generatorCpus.median.toFixed(2),
    ]),
    notes: [`ours over the faster of the predecessor's: ${times(ratio)} times`],
  };
}

export function toText({ title, header, rows, notes }: Table): string {
  return ['', title, renderTable(header, rows), ...notes].join('\n');
}

export function toMarkdown(report: PeersReport): string {
  const tables = [
    targetTable(report),
    ...report.models.map(modelTable),
    ...report.http.map(httpTable),
  ];
  return [
    '# Anomaly Predictor against its peers',
    '',
    `Measured by \`npm run bench:peers\`: ${machineAndVersions(report)}.`,
    'All contenders have the same model and rows, one thread unless said otherwise, and take turns;',
    'figures are medians [lowest–highest round]. Differences are to our plain kernels, in units of',
    'what is added up for a score, beside what is allowed; labels may differ within that of 0.',
    '',
    ...report.leftOut.map((line) => `- ${line}`),
    ...tables.flatMap(markdownTable),
  ].join('\n');
}

/** By name; only those for which something was measured. */
export function charts(report: PeersReport): ReadonlyMap<string, Chart> {
  const { cpu, node, date } = report.machine;
  const subtitle = `${cpu}, Node ${node}, ${date.slice(0, 10)}`;
  const models: Chart = {
    title: 'Rows per second over ONNX Runtime',
    subtitle,
    baseline: YARDSTICK,
    groups: report.models.map(({ workload, figures }) => ({
      title: workload,
      bars: figures.flatMap(({ contender, ratio }) =>
        ratio === undefined || contender === YARDSTICK
          ? []
          : [{ label: contender, ratio, isOurs: contender.startsWith(OURS) }],
      ),
    })),
  };
  const http: Chart = {
    title: 'Requests per second over HTTP, single JSON rows, 32 connections',
    subtitle,
    baseline: 'Flask under gunicorn, the faster of two kinds of worker',
    groups: report.http.map(({ detector, ratio }) => ({
      title: detector,
      bars: [{ label: OURS, ratio, isOurs: true }],
    })),
  };
  const named: [string, Chart][] = [
    ['peers', models],
    ['peers-http', http],
  ];
  return new Map(named.filter(([, { groups }]) => groups.some(({ bars }) => bars.length > 0)));
}

export function machineAndVersions({
  machine,
  versions,
}: Pick<PeersReport, 'machine' | 'versions'>): string {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [machineLine(machine), ...peers].join(', ');
}

function targetRow(
  workload: string,
  over: string,
  required: number,
  goal: number | undefined,
  ratio: Spread,
): string[] {
  const reached = ratio.median >= required ? 'reached' : 'missed';
  const verdict = goal !== undefined && ratio.median >= goal ? 'goal reached' : reached;
  return [
    workload,
    over,
    String(required),
    goal === undefined ? '' : String(goal),
    times(ratio),
    verdict,
  ];
}

function markdownTable({ title, header, rows, notes }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = ['', `## ${title}`, '', line(header), line(header.map(() => '---'))];
  return [...lines, ...rows.map(line), '', ...notes.map((note) => `${note}\n`)];
}

function times({ median, min, max }: Spread): string {
  return `${twoDigits(median)} [${twoDigits(min)}–${twoDigits(max)}]`;
}
