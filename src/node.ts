// `anomaly-predictor/node`: for a listener of plain node:http, and whatever calls its middleware as connect does.
export * from './middleware.js';
export { type NodeGuard, type NodeGuardOptions, nodeGuard } from './traffic/adapters/node.js';
