// What json-text.wasm exports; compiled by setup.mjs. Addresses are in bytes, 0 stands for none.
export { readRows } from './rows';
export { writeNumbers, writePredictions, writeVerdicts } from './verdicts';
