// `npm run bench`: what this machine does, in tiers: kernels, load, engine, explanations, HTTP, logs, live traffic.
//   --only kernels|load|engine|explain|http|logs|traffic   one tier
//   --json FILE                  everything that was measured, for machines
//   --quick                      a few seconds: shows that the bench works; its figures mean little
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findDetector, loadCatalog } from '../src/model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../src/package-paths.js';
import { benchEngine, type EngineReport } from './engine.js';
import { benchExplain, type ExplainReport } from './explain.js';
import { benchHttp, type HttpReport } from './http.js';
import { benchKernels, type KernelReport } from './kernels.js';
import { benchLoad, type LoadReport } from './load.js';
import { benchLogs, type LogsReport } from './logs.js';
import { describeMachine, type Machine } from './machine.js';
import { FULL_PLAN, type Plan, QUICK_PLAN } from './plan.js';
import { sunk } from './sink.js';
import {
  engineTable,
  explainTable,
  httpTable,
  kernelTable,
  loadTable,
  logsTable,
  machineLine,
  mixedTable,
  ratioTable,
} from './tables.js';
import { benchTraffic, type TrafficReport } from './traffic.js';
import { guardedTable, guardTable, trackerTable } from './traffic-tables.js';

/** The content of the file that --json names; a tier that was not asked for is missing. */
export interface BenchReport {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly kernels?: KernelReport;
  readonly load?: LoadReport;
  readonly engine?: EngineReport;
  readonly explain?: ExplainReport;
  readonly http?: HttpReport;
  readonly logs?: LogsReport;
  readonly traffic?: TrafficReport;
  /** What the measured work left behind, so that none of it could be optimised away. */
  readonly sink: number;
}

const TIERS = ['kernels', 'load', 'engine', 'explain', 'http', 'logs', 'traffic'] as const;
type Tier = (typeof TIERS)[number];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const tiers = tiersOf(options.only);
const report = await bench(tiers, options.quick ? QUICK_PLAN : FULL_PLAN);
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

async function bench(tiers: readonly Tier[], plan: Plan): Promise<BenchReport> {
  const machine = describeMachine();
  console.log(machineLine(machine));
  const catalog = loadCatalog(SHIPPED_MODELS_FOLDER);
  const report: { -readonly [Key in Tier]?: BenchReport[Key] } = {};
  if (tiers.includes('kernels')) {
    report.kernels = benchKernels(catalog, plan);
    console.log(kernelTable(report.kernels));
  }
  if (tiers.includes('load')) {
    report.load = await benchLoad(findDetector(catalog, 'hybrid'), plan);
    console.log(loadTable(report.load));
  }
  if (tiers.includes('engine')) {
    report.engine = await benchEngine(findDetector(catalog, 'ocsvm'), plan);
    console.log(engineTable(report.engine));
  }
  if (tiers.includes('explain')) {
    report.explain = await benchExplain(catalog, plan);
    console.log(explainTable(report.explain));
  }
  if (tiers.includes('http')) {
    report.http = await benchHttp(catalog, plan);
    console.log(httpTable(report.http));
    console.log(ratioTable(report.http));
    console.log(mixedTable(report.http.mixed));
  }
  if (tiers.includes('logs')) {
    report.logs = await benchLogs(plan);
    console.log(logsTable(report.logs));
  }
  if (tiers.includes('traffic')) {
    report.traffic = await benchTraffic(catalog, plan);
    console.log(trackerTable(report.traffic.tracker));
    console.log(guardTable(report.traffic.guard));
    console.log(guardedTable(report.traffic.guarded));
  }
  return { machine, plan, ...report, sink: sunk() };
}

function tiersOf(only: string | undefined): readonly Tier[] {
  if (only === undefined) return TIERS;
  const tier = TIERS.find((candidate) => candidate === only);
  if (tier === undefined) {
    throw new Error(`--only expected one of ${TIERS.join(', ')}, got "${only}"`);
  }
  return [tier];
}
