// GET /healthz, /readyz and /metrics: for orchestrators and Prometheus.
import { AnomalyPredictorError } from '../errors.js';
import { errorResponses } from './openapi.js';
import { CONTENT_TYPES, jsonReply } from './reply.js';
import type { Route } from './route.js';
import type { Services } from './services.js';

export function statusRoutes({
  lifecycle,
  metrics,
}: Pick<Services, 'lifecycle' | 'metrics'>): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      access: 'open',
      operation: { summary: 'The process is alive', responses: { 200: flag('live') } },
      open: () => ({ kind: 'immediate', reply: jsonReply({ live: true }) }),
    },
    {
      method: 'GET',
      path: '/readyz',
      access: 'open',
      operation: {
        summary: 'Requests are taken',
        responses: { 200: flag('ready'), ...errorResponses(['shutting-down']) },
      },
      open: () => {
        if (lifecycle.stopping) {
          throw new AnomalyPredictorError('shutting-down', 'the server is shutting down');
        }
        return { kind: 'immediate', reply: jsonReply({ ready: true }) };
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      access: 'loopback',
      operation: {
        summary: 'Metrics for Prometheus',
        responses: {
          200: { description: 'Text exposition format', content: { 'text/plain': {} } },
        },
      },
      open: () => {
        const { contentType, text } = metrics.expose();
        return { kind: 'immediate', reply: { status: 200, contentType, body: text } };
      },
    },
  ];
}

/** A document whose only key is true. */
function flag(name: string) {
  const schema = { type: 'object', required: [name], properties: { [name]: { const: true } } };
  return { description: `It is ${name}`, content: { [CONTENT_TYPES.json]: { schema } } };
}
