// The whole server with the sample detectors on a free port, and the client's side of it: a token that the
// server knows, requests by fetch, and metrics as numbers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../src/config.js';
import type { Detector } from '../../src/model/detector.js';
import { saveDetector } from '../../src/model/detector-store.js';
import { tokenHash } from '../../src/server/auth.js';
import { startServer } from '../../src/server/server.js';
import { sampleForest, sampleOneClassSvm } from './sample-detectors.js';

export const TOKEN = 'a-token-for-tests';

export interface ServerOptions extends Partial<Omit<Config, 'models'>> {
  readonly detectors?: readonly Detector[];
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** A request with the token and, where there is a body, as JSON; `headers` go over both. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** Every sample of /metrics by its name with labels, as Prometheus writes it. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

export interface RequestOptions {
  /** @default POST with a body, GET without */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export async function runServer(options: ServerOptions = {}): Promise<TestServer> {
  const { detectors = [sampleForest(), sampleOneClassSvm()], ...changes } = options;
  const models = mkdtempSync(join(tmpdir(), 'anomaly-predictor-server-'));
  for (const detector of detectors) saveDetector(detector, models);
  const config = { ...readConfig({}, {}), port: 0, tokens: [tokenHash(TOKEN)], workers: 2 };
  const server = await startServer({ ...config, ...changes, models });
  // Detectors are in memory from here on.
  rmSync(models, { recursive: true });
  const { url } = server;

  async function request(path: string, options: RequestOptions = {}): Promise<Response> {
    const { body, headers, ...rest } = options;
    return fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      ...rest,
      ...(body === undefined ? {} : { body }),
      headers: {
        Authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
    });
  }

  return {
    url,
    port: Number(new URL(url).port),
    request,
    async metrics() {
      const text = await (await request('/metrics')).text();
      const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(
        samples.map((line) => {
          const space = line.lastIndexOf(' ');
          return [line.slice(0, space), Number(line.slice(space + 1))];
        }),
      );
    },
    close: () => server.close(),
  };
}
