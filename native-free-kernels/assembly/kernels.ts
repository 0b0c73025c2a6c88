// What kernels.wasm exports; compiled by setup.mjs.
export { addLeaves } from './forest';
export { addRbf } from './rbf';
