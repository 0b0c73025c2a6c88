// Our server against the predecessor's application: single JSON rows from the same load generator.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Catalog, findDetector } from '../../src/model/detector-store.js';
import { newToken, tokenHash } from '../../src/server/auth.js';
import { CONTENT_TYPES } from '../../src/server/reply.js';
import { interleave } from '../interleave.js';
import { LoadClient, postRequest } from '../load-client.js';
import type { Plan } from '../plan.js';
import { makeBehaviours, toObjects } from '../rows.js';
import { ServerProcess } from '../server-process.js';
import { centreAndTail, ratios, type Spread, spreadOf } from '../statistics.js';
import { Gunicorn, WORKER_KINDS, type WorkerKind } from './gunicorn.js';
import { modelOfDetector, writePeerModel } from './peer-model.js';
import { PYTHON, PYTHON_FOLDER } from './python.js';

export interface HttpFigure {
  readonly contender: string;
  readonly requestsPerSecond: Spread;
  readonly latencyMs: { readonly median: number; readonly p99: number };
  /** Near 1 the load generator is the limit, and the server could do more. */
  readonly generatorCpus: Spread;
}

export interface HttpReport {
  readonly detector: string;
  readonly required: number;
  readonly figures: readonly HttpFigure[];
  /** Ours over the faster of the predecessor's two in the same round. */
  readonly ratio: Spread;
}

const PATH = '/predict_json';
const N_CONNECTIONS = 32;
/** So many that V8 cannot answer from its cache of texts of numbers. */
const N_BODIES = 10_000;
const PARITY_REQUESTS = 200;

/** The detectors that are asked, and the ratio that is required for each. */
const REQUIRED: Readonly<Record<string, number>> = { ocsvm: 20, hybrid: 100 };

interface Server {
  readonly name: string;
  readonly url: URL;
  readonly keepAlive: boolean;
  stop(): Promise<void>;
}

export async function* benchHttpPeers(catalog: Catalog, plan: Plan): AsyncGenerator<HttpReport> {
  const token = newToken();
  const models = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  const servers: Server[] = [];
  try {
    writePickles(catalog, models);
    servers.push(await startOurs(token));
    for (const kind of Object.keys(WORKER_KINDS) as WorkerKind[]) {
      servers.push(await startPredecessor(kind, models, token));
    }
    for (const detector of Object.keys(REQUIRED)) {
      yield await benchDetector(servers, detector, token, plan);
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(models, { recursive: true });
  }
}

function writePickles(catalog: Catalog, folder: string): void {
  for (const name of Object.keys(REQUIRED)) {
    const file = join(folder, `${name}.safetensors`);
    writePeerModel(file, modelOfDetector(findDetector(catalog, name)));
    const script = join(PYTHON_FOLDER, 'detector_file.py');
    execFileSync(PYTHON, [script, file, join(folder, `${name}.pkl`)]);
  }
}

async function startOurs(token: string): Promise<Server> {
  const server = await ServerProcess.start(
    new URL('../../src/cli/main.js', import.meta.url),
    ['serve', '--port', '0', '--workers', '2'],
    { ANOMALY_PREDICTOR_TOKENS: tokenHash(token) },
  );
  return { name: 'ours', url: server.url, keepAlive: true, stop: () => server.stop() };
}

async function startPredecessor(kind: WorkerKind, models: string, token: string): Promise<Server> {
  const gunicorn = await Gunicorn.start(kind, models, token);
  const { keepAlive } = WORKER_KINDS[kind];
  const name = `Flask, gunicorn ${kind}${keepAlive ? '' : ', connection per request'}`;
  return { name, url: gunicorn.url, keepAlive, stop: () => gunicorn.stop() };
}

async function benchDetector(
  servers: readonly Server[],
  detector: string,
  token: string,
  plan: Plan,
): Promise<HttpReport> {
  const bodies = toObjects(makeBehaviours(N_BODIES, 5)).map((row) =>
    Buffer.from(JSON.stringify({ model_type: detector, ...row })),
  );
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': CONTENT_TYPES.json };
  await checkParity(servers, bodies.slice(0, PARITY_REQUESTS), headers);
  const requests = bodies.map((body) => postRequest(PATH, headers, body));
  const clients = await Promise.all(
    servers.map(({ url, keepAlive }) =>
      LoadClient.connect(Number(url.port), N_CONNECTIONS, keepAlive),
    ),
  );
  try {
    const rounds = await interleave(
      clients.map((client) => () => runRound(client, requests, plan.roundMs)),
      plan.httpRounds,
    );
    const [ours, ...predecessors] = rounds.map((results) =>
      results.map(({ requestsPerSecond }) => requestsPerSecond),
    );
    const fastest = ours.map((_, round) => Math.max(...predecessors.map((rates) => rates[round])));
    return {
      detector,
      required: REQUIRED[detector],
      figures: servers.map(({ name }, i) => ({
        contender: name,
        requestsPerSecond: spreadOf(rounds[i].map(({ requestsPerSecond }) => requestsPerSecond)),
        latencyMs: centreAndTail(rounds[i].flatMap(({ latenciesMs }) => latenciesMs)),
        generatorCpus: spreadOf(rounds[i].map(({ generatorCpus }) => generatorCpus)),
      })),
      ratio: spreadOf(ratios(ours, fastest)),
    };
  } finally {
    for (const client of clients) client.close();
  }
}

/** All servers must give every behaviour the same verdict. */
async function checkParity(
  servers: readonly Server[],
  bodies: readonly Buffer[],
  headers: Record<string, string>,
): Promise<void> {
  for (const [row, body] of bodies.entries()) {
    const verdicts = await Promise.all(
      servers.map(async ({ url }) => {
        const response = await fetch(new URL(PATH, url), { method: 'POST', headers, body });
        const { prediction, raw_prediction } = (await response.json()) as Record<string, unknown>;
        return `${response.status} ${prediction} ${raw_prediction}`;
      }),
    );
    if (new Set(verdicts).size > 1) {
      const all = servers.map(({ name }, i) => `${name}: ${verdicts[i]}`).join('; ');
      throw new Error(`behaviour ${row} has several verdicts: ${all}`);
    }
  }
}

async function runRound(client: LoadClient, requests: readonly Uint8Array[], durationMs: number) {
  const cpuBefore = process.cpuUsage();
  const { latenciesMs, elapsedMs } = await client.run(requests, durationMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    latenciesMs,
    requestsPerSecond: (latenciesMs.length * 1_000) / elapsedMs,
    generatorCpus: (user + system) / 1_000 / elapsedMs,
  };
}
