// The whole server with the sample detectors on a free port, and the client's side of it: a token that the
// server knows, requests by fetch, and metrics as numbers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../src/config.js';
import type { Detector } from '../../src/model/detector.js';
import type { ImportDetector } from '../../src/model/detector-import.js';
import { saveDetector } from '../../src/model/detector-store.js';
import { tokenHash } from '../../src/server/auth.js';
import { startServer } from '../../src/server/server.js';
import { sampleForest, sampleOneClassSvm } from './sample-detectors.js';

/** Of scope admin. */
export const TOKEN = 'a-token-for-tests';
/** For scoring alone. */
export const SCORING_TOKEN = 'another-token-for-tests';

export interface ServerOptions extends Partial<Omit<Config, 'models'>> {
  readonly detectors?: readonly Detector[];
  /** In place of `detectors`, by the names of their files. */
  readonly files?: Readonly<Record<string, Detector>>;
  /** @default for our own format alone */
  readonly importDetector?: ImportDetector;
}

export interface TestServer {
  readonly url: string;
  /** The model folder. */
  readonly models: string;
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
  const {
    files,
    detectors = [sampleForest(), sampleOneClassSvm()],
    importDetector,
    ...changes
  } = options;
  const models = mkdtempSync(join(tmpdir(), 'anomaly-predictor-server-'));
  if (files === undefined) for (const detector of detectors) saveDetector(detector, models);
  for (const [file, { bytes }] of Object.entries(files ?? {})) {
    writeFileSync(join(models, file), bytes);
  }
  const config = { ...readConfig({}, {}), port: 0, workers: 2 };
  const tokens = { tokens: [tokenHash(SCORING_TOKEN)], adminTokens: [tokenHash(TOKEN)] };
  const server = await startServer({ ...config, ...tokens, ...changes, models }, importDetector);
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
    models,
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
    async close() {
      await server.close();
      rmSync(models, { recursive: true });
    },
  };
}
