// `npm run bench:soak`: ten million rows through one NDJSON stream of a server in a process of its
// own. Fails when the server's memory grows on the way. Beside it stands what JSON batches reach on the
// same server, before and after.
//   --rows N   fewer or more of them
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { renderTable } from '../src/cli/table.js';
import { newToken, tokenHash } from '../src/server/auth.js';
import { scenariosFor } from './http-scenarios.js';
import { LoadClient, postRequest } from './load-client.js';
import { describeMachine } from './machine.js';
import { ServerProcess } from './server-process.js';
import { spreadOf } from './statistics.js';
import { streamRows } from './stream-client.js';
import { count, machineLine } from './tables.js';

const MODEL = 'ocsvm';
/** By then the server's memory has the size that it keeps. */
const WARM_UP_ROWS = 1_000_000;
const MOST_GROWTH_MIB = 64;
const SAMPLE_MS = 100;
const BATCHES_MS = 2_000;
const CURVE_POINTS = 10;
const MIB = 2 ** 20;

interface Sample {
  readonly nRows: number;
  readonly residentMiB: number;
}

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '10000000' } },
});
const nRows = Number(options.rows);
if (!(nRows > WARM_UP_ROWS)) {
  throw new Error(`--rows expected more than ${WARM_UP_ROWS}, got "${options.rows}"`);
}
console.log(machineLine(describeMachine()));
const token = newToken();
const server = await ServerProcess.start(
  new URL('../src/cli/main.js', import.meta.url),
  ['serve', '--port', '0'],
  { ANOMALY_PREDICTOR_TOKENS: tokenHash(token) },
);
try {
  await soak(server, token);
} finally {
  await server.stop();
}

async function soak(server: ServerProcess, token: string): Promise<void> {
  const scenario = (wanted: string) => {
    const found = scenariosFor(MODEL).find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`no scenario "${wanted}"`);
    return found;
  };
  const { contentType, path, bodies, rowsPerRequest } = scenario('NDJSON stream');
  const headersFor = (type: string) => ({ Authorization: `Bearer ${token}`, 'Content-Type': type });
  const batches = scenario('JSON batches');
  const batchRequests = batches.bodies.map((body) =>
    postRequest(batches.path, headersFor(batches.contentType), body),
  );
  const batchRowsPerSecond = async () => {
    // Anew each time: the server closes connections that are silent for as long as the stream takes.
    const client = await LoadClient.connect(Number(server.url.port), batches.nConnections);
    const { latenciesMs, elapsedMs } = await client.run(batchRequests, BATCHES_MS);
    client.close();
    return (latenciesMs.length * batches.rowsPerRequest * 1_000) / elapsedMs;
  };

  const rates = [await batchRowsPerSecond()];
  const samples: Sample[] = [];
  let nAnswered = 0;
  const sampler = setInterval(async () => {
    const { residentBytes } = await server.usage();
    samples.push({ nRows: nAnswered, residentMiB: residentBytes / MIB });
  }, SAMPLE_MS);
  const usageBefore = await server.usage();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const nLines = await streamRows(
    new URL(path, server.url),
    headersFor(contentType),
    bodies.map((bytes) => ({ bytes, nRows: rowsPerRequest })),
    nRows,
    (nLinesSoFar) => {
      nAnswered = nLinesSoFar;
    },
  ).finally(() => clearInterval(sampler));
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  const serverCpuMs = (await server.usage()).cpuMs - usageBefore.cpuMs;
  console.log(
    `CPUs in use: server ${(serverCpuMs / elapsedMs).toFixed(2)},` +
      ` client ${((user + system) / 1_000 / elapsedMs).toFixed(2)}`,
  );
  const streamRate = (nLines * 1_000) / elapsedMs;
  rates.push(await batchRowsPerSecond());
  report(nLines, streamRate, rates, samples);
}

function report(
  nLines: number,
  streamRate: number,
  batchRates: readonly number[],
  samples: readonly Sample[],
): void {
  const warm = samples.filter((sample) => sample.nRows >= WARM_UP_ROWS);
  const quarter = Math.ceil(warm.length / 4);
  const growthMiB = medianMiB(warm.slice(-quarter)) - medianMiB(warm.slice(0, quarter));
  const batchRate = spreadOf(batchRates).median;
  const every = Math.ceil(samples.length / CURVE_POINTS);
  const curve = samples.filter((_, i) => i % every === 0 || i === samples.length - 1);
  console.log(
    renderTable(
      ['rows answered', 'server MiB'],
      curve.map((sample) => [count(sample.nRows), count(sample.residentMiB)]),
    ),
  );
  console.log(`Verdicts: ${count(nLines)}, ${count(streamRate)} rows/s`);
  console.log(
    `JSON batches: ${count(batchRate)} rows/s; the stream is at ${percent(streamRate / batchRate)}`,
  );
  console.log(
    `Memory after ${count(WARM_UP_ROWS)} rows: ${growthMiB.toFixed(0)} MiB more in the last quarter` +
      ` than in the first, ${MOST_GROWTH_MIB} are allowed`,
  );
  if (nLines < nRows || growthMiB > MOST_GROWTH_MIB) process.exitCode = 1;
}

function medianMiB(samples: readonly Sample[]): number {
  return spreadOf(samples.map(({ residentMiB }) => residentMiB)).median;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(0)} %`;
}
