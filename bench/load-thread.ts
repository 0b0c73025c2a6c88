// Load from a thread of its own, so that the thread which starts it can measure other requests
// meanwhile. Says 'connected', then runs, then says what it reached.
import { parentPort, workerData } from 'node:worker_threads';
import { LoadClient, type LoadResult } from './load-client.js';

export interface LoadTask {
  readonly port: number;
  readonly nConnections: number;
  readonly requests: readonly Uint8Array[];
  readonly durationMs: number;
}

export type LoadMessage = 'connected' | LoadResult;

const { port, nConnections, requests, durationMs } = workerData as LoadTask;
const client = await LoadClient.connect(port, nConnections);
parentPort?.postMessage('connected' satisfies LoadMessage);
const result: LoadMessage = await client.run(requests, durationMs);
client.close();
parentPort?.postMessage(result);
