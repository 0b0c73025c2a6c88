// Guards in their frameworks, over one connection: what each shipped detector adds to a request, beside the bare app in
// the same rounds.
import type { Catalog } from '../src/model/detector-store.js';
import { MersenneTwister } from '../src/training/mersenne-twister.js';
import { interleave } from './interleave.js';
import { clientAt, pathAt } from './live-sessions.js';
import { LoadClient } from './load-client.js';
import { checkEqual, type Parity } from './parity.js';
import type { Plan } from './plan.js';
import { runAnywhere, runOn } from './processor.js';
import { ServerProcess } from './server-process.js';
import { centreAndTail, type Spread, spreadOf } from './statistics.js';

interface GuardedFigure {
  readonly framework: string;
  /** A detector's name, `bare`, or `empty`: with a middleware that does nothing. */
  readonly app: string;
  readonly latencyUs: { readonly median: number; readonly p99: number };
  /** Processor time of the server. */
  readonly cpuUs: Spread;
  /** Median latency and processor time of a request above those of the bare app in the same round; none of its own. */
  readonly added: { readonly latencyUs: Spread; readonly cpuUs: Spread } | undefined;
}

export interface GuardedReport {
  readonly liveSessions: number;
  readonly parity: readonly Parity[];
  readonly figures: readonly GuardedFigure[];
}

interface Round {
  readonly latenciesUs: readonly number[];
  readonly medianUs: number;
  readonly cpuUs: number;
}

const FRAMEWORKS = ['node:http', 'Express 5', 'Fastify 5', 'Hono'];
const BARE = 'bare';
const EMPTY = 'empty';
/** Many short rounds, so that what else the machine does strikes few of them, and not one contender alone. */
const SHORTER_ROUNDS = 5;
const CLIENT_PROCESSOR = 1;
const SERVER_PROCESSOR = 0;
const N_REQUESTS = 20_000;
const PARITY_REQUESTS = 100;

export async function benchGuarded(catalog: Catalog, plan: Plan): Promise<GuardedReport> {
  const parity: Parity[] = [];
  const figures: GuardedFigure[] = [];
  const requests = makeRequests(plan.guardSessions);
  runOn(CLIENT_PROCESSOR, process.pid);
  for (const framework of FRAMEWORKS) {
    const apps = [BARE, EMPTY, ...catalog.keys()];
    const servers = await Promise.all(apps.map((app) => start(framework, app, plan)));
    try {
      for (const [i, server] of servers.entries()) {
        if (i > 0)
          parity.push(await checkParity(`${framework} with ${apps[i]}`, servers[0], server));
      }
      figures.push(...(await measure(framework, apps, servers, requests, plan)));
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  }
  runAnywhere(process.pid);
  return { liveSessions: plan.guardSessions, parity, figures };
}

async function start(framework: string, app: string, { guardSessions }: Plan) {
  const script = new URL('./traffic-server.js', import.meta.url);
  const server = await ServerProcess.start(script, [framework, app, String(guardSessions)]);
  runOn(SERVER_PROCESSOR, server.pid);
  return server;
}

function makeRequests(nSessions: number): Uint8Array[] {
  const random = new MersenneTwister(9);
  return Array.from({ length: N_REQUESTS }, () => {
    const client = clientAt(random.nextBelow(nSessions));
    return Buffer.from(
      `GET ${pathAt(random)} HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: ${client}\r\n\r\n`,
    );
  });
}

/** A guard that observes leaves bodies, statuses and headers as they are. */
async function checkParity(
  way: string,
  bare: ServerProcess,
  guarded: ServerProcess,
): Promise<Parity> {
  const random = new MersenneTwister(10);
  const paths = Array.from({ length: PARITY_REQUESTS }, () => pathAt(random));
  checkEqual(way, 'replies', await replies(guarded, paths), await replies(bare, paths));
  return { way, rows: paths.length };
}

function replies(server: ServerProcess, paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const response = await fetch(new URL(path, server.url));
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      return JSON.stringify([response.status, headers, await response.text()]);
    }),
  );
}

async function measure(
  framework: string,
  apps: readonly string[],
  servers: readonly ServerProcess[],
  requests: readonly Uint8Array[],
  { roundMs, httpRounds }: Plan,
): Promise<GuardedFigure[]> {
  const clients = await Promise.all(
    servers.map(({ url }) => LoadClient.connect(Number(url.port), 1)),
  );
  try {
    const rounds = await interleave(
      servers.map(
        (server, i) => () => runRound(server, clients[i], requests, roundMs / SHORTER_ROUNDS),
      ),
      httpRounds * SHORTER_ROUNDS,
    );
    const [bare] = rounds;
    return apps.map((app, i) => ({
      framework,
      app,
      latencyUs: centreAndTail(rounds[i].flatMap(({ latenciesUs }) => latenciesUs)),
      cpuUs: spreadOf(rounds[i].map(({ cpuUs }) => cpuUs)),
      added: app === BARE ? undefined : addedTo(bare, rounds[i]),
    }));
  } finally {
    for (const client of clients) client.close();
  }
}

async function runRound(
  server: ServerProcess,
  client: LoadClient,
  requests: readonly Uint8Array[],
  durationMs: number,
): Promise<Round> {
  const before = await server.usage();
  const { latenciesMs } = await client.run(requests, durationMs);
  const after = await server.usage();
  const latenciesUs = latenciesMs.map((ms) => ms * 1_000);
  return {
    latenciesUs,
    medianUs: centreAndTail(latenciesUs).median,
    cpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / latenciesMs.length,
  };
}

function addedTo(bare: readonly Round[], guarded: readonly Round[]) {
  const by = (figure: 'medianUs' | 'cpuUs') =>
    spreadOf(guarded.map((round, i) => round[figure] - bare[i][figure]));
  return { latencyUs: by('medianUs'), cpuUs: by('cpuUs') };
}
