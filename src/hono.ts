// `anomaly-predictor/hono`.
export * from './middleware.js';
export { type HonoGuard, type HonoGuardOptions, honoGuard } from './traffic/adapters/hono.js';
