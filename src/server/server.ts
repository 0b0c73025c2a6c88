// The server: detectors, engine, application and transport put together, started and stopped as one.
import type { Config } from '../config.js';
import { createEngine } from '../engine/engine.js';
import { type ImportDetector, importInThread } from '../model/detector-import.js';
import type { Catalog } from '../model/detector-store.js';
import { createApplication } from './application.js';
import { newToken, tokenHash } from './auth.js';
import { DriftWatch } from './drift-watch.js';
import type { Listener } from './http.js';
import { createMetrics } from './metrics.js';
import { modelRoutes } from './model-routes.js';
import { ModelStore } from './model-store.js';
import { openApiRoute } from './openapi.js';
import { pageRoutes } from './page-routes.js';
import { scoreRoutes } from './score-routes.js';
import type { Services } from './services.js';
import { statusRoutes } from './status-routes.js';
import { chooseTransport } from './transport/choose-transport.js';
import { warmUp } from './warm-up.js';

export interface RunningServer {
  readonly url: string;
  readonly transport: Listener['transport'];
  /** What is served at the moment. */
  readonly catalog: Catalog;
  /** The token made for this run, for everything; undefined where tokens are configured. */
  readonly token: string | undefined;
  /** Stops accepting, answers what is in flight, then stops the workers. */
  close(): Promise<void>;
}

/** Resolves when requests are taken. `importDetector` reads what is uploaded and what is put into the model folder. */
export async function startServer(
  config: Config,
  importDetector: ImportDetector = importInThread(),
): Promise<RunningServer> {
  const listen = await chooseTransport(config.transport);
  const token = config.tokens.length + config.adminTokens.length === 0 ? newToken() : undefined;
  const engine = await createEngine(config);
  try {
    const models = await ModelStore.open(config, engine, importDetector);
    const { live } = models;
    await warmUp(engine, live.current.catalog);
    const drift = new DriftWatch();
    const services: Services = {
      config: token === undefined ? config : { ...config, adminTokens: [tokenHash(token)] },
      models,
      live,
      engine,
      metrics: createMetrics(engine, models, drift),
      drift,
      lifecycle: { stopping: false },
    };
    const routes = [
      ...pageRoutes(services),
      ...scoreRoutes(services),
      ...modelRoutes(services),
      ...statusRoutes(services),
    ];
    const application = createApplication(services, [...routes, openApiRoute(routes, live)]);
    const listener = await listen(application, config);
    models.watch();
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listener.port}`,
      transport: listener.transport,
      get catalog() {
        return live.current.catalog;
      },
      token,
      async close() {
        services.lifecycle.stopping = true;
        await listener.close();
        await models.close();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
