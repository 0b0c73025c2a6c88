// What kernels.wasm exports; compiled by setup.mjs.
export { addLeaves, sumLeavesOfOne } from './forest';
export { addRbf } from './rbf';
export { addSmallTrees } from './small-trees';
export { addPowers, addTanhs } from './dots';
