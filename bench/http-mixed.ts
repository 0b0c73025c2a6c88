// Single rows of one client while others send large batches: what is asked for one row must not wait
// behind many. Beside it stands the same client on an idle server. Clients and server share the
// machine's processors: on two, the batches alone can fill them.
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { largeBatch, type Scenario, singleRows } from './http-scenarios.js';
import { LoadClient, type LoadResult, postRequest } from './load-client.js';
import type { LoadMessage, LoadTask } from './load-thread.js';
import type { Plan } from './plan.js';
import type { ServerProcess } from './server-process.js';
import { centreAndTail } from './statistics.js';

interface Latency {
  readonly median: number;
  readonly p99: number;
}

export interface MixedReport {
  readonly rowsPerBatch: number;
  /** Of single rows on one connection, in milliseconds. */
  readonly aloneMs: Latency;
  readonly besideBatches: readonly BesideBatches[];
}

interface BesideBatches {
  readonly batchConnections: number;
  readonly batchRowsPerSecond: number;
  readonly latencyMs: Latency;
}

/** One client that sends a batch after the other, and so many that they fill two workers. */
const BATCH_CONNECTIONS = [1, 4];

const PACE_MS = 2;

export async function benchMixed(
  server: ServerProcess,
  token: string,
  model: string,
  plan: Plan,
): Promise<MixedReport> {
  const port = Number(server.url.port);
  const durationMs = plan.httpRounds * plan.roundMs;
  const requestsOf = ({ path, contentType, bodies }: Scenario) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': contentType };
    return bodies.map((body) => postRequest(path, headers, body));
  };
  const batch = largeBatch(model);
  const singles = requestsOf(singleRows(model));
  const client = await LoadClient.connect(port, 1);
  try {
    const alone = await latenciesAtPace(client, singles, durationMs);
    const besideBatches: BesideBatches[] = [];
    for (const nConnections of BATCH_CONNECTIONS) {
      const load = await startLoad({ port, nConnections, requests: requestsOf(batch), durationMs });
      const beside = await latenciesAtPace(client, singles, durationMs);
      const { latenciesMs, elapsedMs } = await load.result;
      besideBatches.push({
        batchConnections: nConnections,
        batchRowsPerSecond: (latenciesMs.length * batch.rowsPerRequest * 1_000) / elapsedMs,
        latencyMs: centreAndTail(beside),
      });
    }
    return { rowsPerBatch: batch.rowsPerRequest, aloneMs: centreAndTail(alone), besideBatches };
  } finally {
    client.close();
  }
}

/**
 * One request every PACE_MS, whatever the replies take: a client that waits with its next request
 * until the server is well again would hardly see that it was not.
 */
async function latenciesAtPace(
  client: LoadClient,
  requests: readonly Uint8Array[],
  durationMs: number,
): Promise<number[]> {
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  for (let dueMs = startMs; dueMs < startMs + durationMs; dueMs += PACE_MS) {
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await delay(earlyMs);
    // A timer may fire late, which is no fault of the server's.
    const sentMs = earlyMs > 0 ? performance.now() : dueMs;
    await client.run([requests[latenciesMs.length % requests.length]], 0);
    latenciesMs.push(performance.now() - sentMs);
  }
  return latenciesMs;
}

/** Resolves when the load has begun. */
async function startLoad(task: LoadTask): Promise<{ readonly result: Promise<LoadResult> }> {
  const thread = new Worker(new URL('./load-thread.js', import.meta.url), { workerData: task });
  const nextMessage = async () => ((await once(thread, 'message')) as [LoadMessage])[0];
  await nextMessage();
  return { result: nextMessage() as Promise<LoadResult> };
}
