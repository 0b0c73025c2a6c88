// `npm run bench:peers`: the product beside what people would take instead, where it is installed.
//   --out FOLDER   where the tables and charts go; bench/results unless --quick
//   --quick        small models, for moments: shows that the bench works; its figures mean little
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadCatalog } from '../../src/model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import { describeMachine } from '../machine.js';
import { FULL_PLAN, QUICK_PLAN } from '../plan.js';
import { renderChart } from './chart.js';
import { benchHttpPeers, type HttpReport } from './http-tier.js';
import { benchModels, type ModelReport } from './model-tier.js';
import { openPeers } from './peers.js';
import {
  charts,
  httpTable,
  machineAndVersions,
  modelTable,
  type PeersReport,
  targetTable,
  toMarkdown,
  toText,
} from './report.js';

const RESULTS_FOLDER = fileURLToPath(new URL('../../../bench/results/', import.meta.url));

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const report = await bench(options.quick);
const folder = options.out ?? (options.quick ? undefined : RESULTS_FOLDER);
if (folder !== undefined) writeResults(report, folder);

async function bench(quick: boolean): Promise<PeersReport> {
  const { versions, missing, hasFlask } = openPeers();
  const leftOut = [...missing];
  const machine = describeMachine();
  console.log(machineAndVersions({ machine, versions }));
  for (const line of leftOut) console.log(line);

  const models: ModelReport[] = [];
  for await (const modelReport of benchModels(quick)) {
    models.push(modelReport);
    console.log(toText(modelTable(modelReport)));
  }

  const http: HttpReport[] = [];
  if (hasFlask) {
    const catalog = loadCatalog(SHIPPED_MODELS_FOLDER);
    try {
      for await (const httpReport of benchHttpPeers(catalog, quick ? QUICK_PLAN : FULL_PLAN)) {
        http.push(httpReport);
        console.log(toText(httpTable(httpReport)));
      }
    } catch (error) {
      leftOut.push(`HTTP: ${error instanceof Error ? error.message : error}`);
      console.error(leftOut.at(-1));
    }
  }
  console.log(toText(targetTable({ models, http })));
  return { machine, versions, leftOut, models, http };
}

function writeResults(report: PeersReport, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'peers.md'), toMarkdown(report));
  for (const [name, chart] of charts(report)) {
    writeFileSync(join(folder, `${name}.svg`), renderChart(chart));
  }
}
