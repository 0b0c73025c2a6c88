// A machine with the kernel exp(−γ |x − s|²) and coefficients of either sign, as a support vector classifier
// has them: what is added less what is subtracted, for logarithms are of positive coefficients.
import type { OneClassSvm } from './contract.js';
import { ResidentRbf } from './resident-rbf.js';
import { ROWS_PER_BLOCK } from './support-memory.js';

export class ResidentSignedRbf {
  readonly #nFeatures: number;
  readonly #positive: ResidentRbf;
  readonly #negative: ResidentRbf;
  readonly #subtracted = new Float64Array(ROWS_PER_BLOCK);

  constructor(module: WebAssembly.Module, svm: OneClassSvm) {
    this.#nFeatures = svm.nFeatures;
    this.#positive = new ResidentRbf(module, partOf(svm, 1, svm.intercept));
    this.#negative = new ResidentRbf(module, partOf(svm, -1, 0));
  }

  decisionInto(rows: Float64Array, nRows: number, out: Float64Array): void {
    this.#positive.decisionInto(rows, nRows, out);
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const block = rows.subarray(start * this.#nFeatures);
      this.#negative.decisionInto(block, nBlock, this.#subtracted);
      for (let row = 0; row < nBlock; row++) out[start + row] -= this.#subtracted[row];
    }
  }
}

/** The support vectors whose coefficients have the sign, with the sizes of these. */
function partOf(svm: OneClassSvm, sign: 1 | -1, intercept: number): OneClassSvm {
  const { nFeatures, supportVectors } = svm;
  const members = [...svm.coefficients.keys()].filter((i) => sign * svm.coefficients[i] > 0);
  const part = new Float64Array(members.length * nFeatures);
  members.forEach((i, place) => {
    part.set(supportVectors.subarray(i * nFeatures, (i + 1) * nFeatures), place * nFeatures);
  });
  const coefficients = Float64Array.from(members, (i) => sign * svm.coefficients[i]);
  return {
    ...svm,
    nSupport: members.length,
    supportVectors: part,
    coefficients,
    intercept,
  };
}
