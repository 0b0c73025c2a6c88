// `anomaly-predictor/express`.
export * from './middleware.js';
export { type ExpressGuard, expressGuard } from './traffic/adapters/express.js';
