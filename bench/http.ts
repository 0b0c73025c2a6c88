// Third tier: the server as users start it, in a process of its own, over real connections. In turns with
// it runs its ceiling: the same transport that only parses the same bodies.

import { createEngine } from '../src/engine/engine.js';
import { type Catalog, findDetector } from '../src/model/detector-store.js';
import { newToken, tokenHash } from '../src/server/auth.js';
import { benchMixed, type MixedReport } from './http-mixed.js';
import { type Scenario, scenariosFor } from './http-scenarios.js';
import { interleave } from './interleave.js';
import { parseForAWhile } from './json-parse.js';
import { LoadClient, postRequest } from './load-client.js';
import { checkEqual, type Parity } from './parity.js';
import type { Plan } from './plan.js';
import { N_FEATURES } from './rows.js';
import { ServerProcess } from './server-process.js';
import { centreAndTail, ratios, type Spread, spreadOf } from './statistics.js';

export interface ContenderFigure {
  readonly requestsPerSecond: Spread;
  readonly rowsPerSecond: Spread;
  readonly latencyMs: { readonly median: number; readonly p99: number };
  /** Processor time of the server, all its threads, per request. */
  readonly serverCpuUsPerRequest: Spread;
  /** Processors in use; the main thread of a server can use one. */
  readonly serverCpus: Spread;
  /** Above 0.9 the load generator is the limit, and the server could do more. */
  readonly generatorCpus: Spread;
}

interface HttpFigure {
  readonly scenario: string;
  readonly rowsPerRequest: number;
  readonly connections: number;
  readonly product: ContenderFigure;
  readonly ceiling: ContenderFigure;
  /** Requests/s, product over ceiling in the same round. */
  readonly throughputRatio: Spread;
  /** Processor time per request, ceiling over product in the same round. */
  readonly cpuRatio: Spread;
  /** Rows/s of JSON.parse alone, and the product's over them; only for batches of JSON. */
  readonly jsonParse: { readonly rowsPerSecond: Spread; readonly ratio: Spread } | undefined;
}

export interface HttpReport {
  readonly detector: string;
  readonly parity: readonly Parity[];
  readonly figures: readonly HttpFigure[];
  readonly mixed: MixedReport;
}

const MODEL = 'ocsvm';
const PARITY_REQUESTS = 200;

export async function benchHttp(catalog: Catalog, plan: Plan): Promise<HttpReport> {
  const token = newToken();
  const product = await ServerProcess.start(
    new URL('../src/cli/main.js', import.meta.url),
    ['serve', '--port', '0'],
    { ANOMALY_PREDICTOR_TOKENS: tokenHash(token) },
  );
  const ceiling = await ServerProcess.start(new URL('./ceiling-server.js', import.meta.url));
  try {
    const parity: Parity[] = [];
    for (const name of catalog.keys()) {
      for (const scenario of scenariosFor(name)) {
        parity.push(await checkParity(product, token, catalog, name, scenario));
      }
    }
    const figures: HttpFigure[] = [];
    for (const scenario of scenariosFor(MODEL)) {
      figures.push(await measure(product, ceiling, token, scenario, plan));
    }
    const mixed = await benchMixed(product, token, MODEL, plan);
    return { detector: MODEL, parity, figures, mixed };
  } finally {
    await Promise.all([product.stop(), ceiling.stop()]);
  }
}

/** The scores in the replies must be those that the library gives for the same rows. */
async function checkParity(
  server: ServerProcess,
  token: string,
  catalog: Catalog,
  model: string,
  { name, path, contentType, rowsPerRequest, bodies, rows, readScores }: Scenario,
): Promise<Parity> {
  const library = await createEngine({ workers: 0 });
  const checked = bodies.slice(0, PARITY_REQUESTS);
  const checkedValues = checked.length * rowsPerRequest * N_FEATURES;
  const expected = await library.score(
    findDetector(catalog, model),
    rows.subarray(0, checkedValues),
  );
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': contentType };
  const scores: number[] = [];
  for (const body of checked) {
    const response = await fetch(new URL(path, server.url), { method: 'POST', headers, body });
    const reply = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(`${name}: ${response.status} ${reply}`);
    scores.push(...Array.from(readScores(reply)));
  }
  const way = `${name} for ${model}`;
  checkEqual(way, 'scores', scores, expected.scores);
  return { way, rows: scores.length };
}

async function measure(
  product: ServerProcess,
  ceiling: ServerProcess,
  token: string,
  scenario: Scenario,
  plan: Plan,
): Promise<HttpFigure> {
  const { name, path, contentType, rowsPerRequest, nConnections, bodies, texts } = scenario;
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': contentType };
  const requests = bodies.map((body) => postRequest(path, headers, body));
  const toProduct = await LoadClient.connect(Number(product.url.port), nConnections);
  const toCeiling = await LoadClient.connect(Number(ceiling.url.port), nConnections);
  try {
    const [productRounds, ceilingRounds, parseRates] = await interleave(
      [
        () => runRound(product, toProduct, requests, plan.roundMs),
        () => runRound(ceiling, toCeiling, requests, plan.roundMs),
        () => (texts === undefined ? 0 : parseForAWhile(texts, rowsPerRequest, plan.roundMs)),
      ],
      plan.httpRounds,
    );
    const productRates = productRounds.map(({ requestsPerSecond }) => requestsPerSecond);
    const ceilingRates = ceilingRounds.map(({ requestsPerSecond }) => requestsPerSecond);
    const productCpu = productRounds.map(({ serverCpuUsPerRequest }) => serverCpuUsPerRequest);
    const ceilingCpu = ceilingRounds.map(({ serverCpuUsPerRequest }) => serverCpuUsPerRequest);
    const productRowRates = productRates.map((requestRate) => requestRate * rowsPerRequest);
    return {
      scenario: name,
      rowsPerRequest,
      connections: nConnections,
      product: figureOf(productRounds, rowsPerRequest),
      ceiling: figureOf(ceilingRounds, rowsPerRequest),
      throughputRatio: spreadOf(ratios(productRates, ceilingRates)),
      cpuRatio: spreadOf(ratios(ceilingCpu, productCpu)),
      jsonParse:
        texts === undefined
          ? undefined
          : {
              rowsPerSecond: spreadOf(parseRates),
              ratio: spreadOf(ratios(productRowRates, parseRates)),
            },
    };
  } finally {
    toProduct.close();
    toCeiling.close();
  }
}

interface Round {
  readonly requestsPerSecond: number;
  readonly latenciesMs: readonly number[];
  readonly serverCpuUsPerRequest: number;
  readonly serverCpus: number;
  readonly generatorCpus: number;
}

async function runRound(
  server: ServerProcess,
  client: LoadClient,
  requests: readonly Uint8Array[],
  durationMs: number,
): Promise<Round> {
  const before = await server.usage();
  const cpuBefore = process.cpuUsage();
  const { elapsedMs, latenciesMs } = await client.run(requests, durationMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  const serverCpuMs = (await server.usage()).cpuMs - before.cpuMs;
  return {
    requestsPerSecond: (latenciesMs.length * 1_000) / elapsedMs,
    latenciesMs,
    serverCpuUsPerRequest: (serverCpuMs * 1_000) / latenciesMs.length,
    serverCpus: serverCpuMs / elapsedMs,
    generatorCpus: (user + system) / 1_000 / elapsedMs,
  };
}

function figureOf(rounds: readonly Round[], rowsPerRequest: number): ContenderFigure {
  const spreadBy = (measure: (round: Round) => number) => spreadOf(rounds.map(measure));
  return {
    requestsPerSecond: spreadBy((round) => round.requestsPerSecond),
    rowsPerSecond: spreadBy((round) => round.requestsPerSecond * rowsPerRequest),
    latencyMs: centreAndTail(rounds.flatMap(({ latenciesMs }) => latenciesMs)),
    serverCpuUsPerRequest: spreadBy((round) => round.serverCpuUsPerRequest),
    serverCpus: spreadBy((round) => round.serverCpus),
    generatorCpus: spreadBy((round) => round.generatorCpus),
  };
}
