import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { nodeGuard } from '../../../src/traffic/adapters/node.js';
import { describeAdapter, type StartApp } from './adapter-conformance.js';

const start: StartApp = async (options, trustProxy = []) => {
  const proxies = trustProxy === true || trustProxy.length === 0 ? {} : { trustProxy };
  const guard = options && nodeGuard({ ...options, ...proxies });
  const server = createServer((request, response) => {
    if (guard === undefined) listener(request, response);
    else guard(request, response, () => listener(request, response));
  });
  server.listen(0, '127.0.0.1');
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

async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://a');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const [, id] = /^\/products\/([^/]+)$/.exec(pathname) ?? [];
  if (isRead && id !== undefined) {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ id }));
  } else if (request.method === 'POST' && pathname === '/login') {
    response.end(await text(request));
  } else if (isRead && pathname === '/decision') {
    const { anomalyDecision } = request as never as { anomalyDecision: { action: string } };
    response.end(JSON.stringify({ action: anomalyDecision.action }));
  } else if (isRead && pathname === '/fail') {
    response.writeHead(500).end('failed');
  } else if (!isRead || pathname !== '/never') {
    response.writeHead(404).end();
  }
}

describeAdapter('node:http', start, {
  trustAll: 'proxies are listed, and there is no word for all of them',
});
