// The server: detectors, engine, application and transport put together, started and stopped as one.
import type { Config } from '../config.js';
import { createEngine } from '../engine/engine.js';
import { AnomalyPredictorError } from '../errors.js';
import { type Catalog, loadCatalog } from '../model/detector-store.js';
import { createApplication } from './application.js';
import { newToken, tokenHash } from './auth.js';
import type { Listener } from './http.js';
import { createMetrics } from './metrics.js';
import { modelRoutes } from './model-routes.js';
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
  readonly catalog: Catalog;
  /** The token made for this run; undefined where tokens are configured. */
  readonly token: string | undefined;
  /** Stops accepting, answers what is in flight, then stops the workers. */
  close(): Promise<void>;
}

/** Resolves when requests are taken. */
export async function startServer(config: Config): Promise<RunningServer> {
  const catalog = loadCatalog(config.models);
  if (catalog.size === 0) {
    throw new AnomalyPredictorError('bad-option', `no detector file in ${config.models}`);
  }
  const listen = await chooseTransport(config.transport);
  const token = config.tokens.length === 0 ? newToken() : undefined;
  const engine = await createEngine(config);
  try {
    await warmUp(engine, catalog);
    const services: Services = {
      config: token === undefined ? config : { ...config, tokens: [tokenHash(token)] },
      catalog,
      engine,
      metrics: createMetrics(engine),
      lifecycle: { stopping: false },
    };
    const routes = [
      ...pageRoutes(services),
      ...scoreRoutes(services),
      ...modelRoutes(services),
      ...statusRoutes(services),
    ];
    const application = createApplication(services, [...routes, openApiRoute(routes)]);
    const listener = await listen(application, config);
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listener.port}`,
      transport: listener.transport,
      catalog,
      token,
      async close() {
        services.lifecycle.stopping = true;
        await listener.close();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
