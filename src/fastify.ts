// `anomaly-predictor/fastify`.
export * from './middleware.js';
export {
  type FastifyGuard,
  type FastifyGuardOptions,
  fastifyGuard,
  type RouteGuard,
} from './traffic/adapters/fastify.js';
