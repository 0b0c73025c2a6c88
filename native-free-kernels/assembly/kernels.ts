// What kernels.wasm exports; compiled by setup.mjs.
export { addLeaves, sumLeavesOfOne } from './forest';
export { addRbf } from './rbf';
export { addSmallTrees } from './small-trees';
export { scalePairs } from './standard';
export { addPowers, addTanhs } from './dots';
