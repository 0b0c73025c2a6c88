import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expressGuard } from '../../../src/traffic/adapters/express.js';
import { describeAdapter, type StartApp } from './adapter-conformance.js';

const start: StartApp = async (options, trustProxy = []) => {
  const app = express();
  app.set('trust proxy', trustProxy === true ? true : trustProxy.length > 0 && trustProxy);
  const guard = options && expressGuard(options);
  if (guard !== undefined) app.use(guard);
  app.get('/products/:id', (request, response) => {
    response.json({ id: request.params.id });
  });
  app.post('/login', express.text({ type: () => true }), (request, response) => {
    response.type('text/plain').send(request.body);
  });
  app.get('/decision', (request, response) => {
    const { anomalyDecision } = request as never as { anomalyDecision: { action: string } };
    response.json({ action: anomalyDecision.action });
  });
  app.get('/fail', (_, response) => {
    response.status(500).send('failed');
  });
  app.get('/never', () => {});
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    metrics: () => guard?.metrics().text ?? '',
    async close() {
      server.closeAllConnections();
      server.close();
      await guard?.close();
    },
  };
};

describeAdapter('Express', start);
