// The process that model-tier.ts starts for each workload: measures it, prints the report as JSON.
import { parseArgs } from 'node:util';
import { loadCatalog } from '../../src/model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../../src/package-paths.js';
import { FULL_PLAN, QUICK_PLAN } from '../plan.js';
import { benchModel } from './model-tier.js';
import { openPeers } from './peers.js';
import { makeWorkload } from './workload.js';

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const workload = makeWorkload(loadCatalog(SHIPPED_MODELS_FOLDER), positionals[0]);
const plan = values.quick ? QUICK_PLAN : FULL_PLAN;
console.log(JSON.stringify(await benchModel(workload, openPeers(), plan)));
