// The One-Class SVMs of test/fixtures/one-class-svm.json, trained by scikit-learn 1.2.1.
import type { KernelFunction, OneClassSvm } from '../../native-free-kernels/contract.js';
import type { OneClassSvmOptions } from '../../src/training/one-class-svm.js';
import { readFixture } from './fixture.js';

export interface TrainedSvms {
  readonly nFeatures: number;
  /** [nRows × nFeatures] */
  readonly rows: Float64Array;
  /** [nProbes × nFeatures] */
  readonly probes: Float64Array;
  readonly svms: readonly TrainedSvm[];
}

export interface TrainedSvm {
  readonly title: string;
  readonly options: OneClassSvmOptions;
  readonly svm: OneClassSvm;
  /** Decision of each probe. */
  readonly decisions: readonly number[];
}

export function readTrainedSvms(): TrainedSvms {
  const { nFeatures, rows, probes, svms } = readFixture<Fixture>('one-class-svm.json');
  return {
    nFeatures,
    rows: Float64Array.from(rows),
    probes: Float64Array.from(probes),
    svms: svms.map(({ params, gamma, supportRows, coefficients, intercept, decisions }) => ({
      title: `${params.kernel}, nu ${params.nu}, tolerance ${params.tol}`,
      options: { ...params, tolerance: params.tol },
      svm: {
        kernel: {
          function: params.kernel,
          gamma,
          coef0: params.coef0 ?? 0,
          degree: params.degree ?? 3,
        },
        nFeatures,
        nSupport: supportRows.length,
        supportVectors: Float64Array.from(
          supportRows.flatMap((row) => rows.slice(row * nFeatures, (row + 1) * nFeatures)),
        ),
        coefficients: Float64Array.from(coefficients),
        intercept,
      },
      decisions,
    })),
  };
}

interface Fixture {
  readonly nFeatures: number;
  readonly rows: readonly number[];
  readonly probes: readonly number[];
  readonly svms: readonly {
    readonly params: {
      readonly kernel: KernelFunction;
      readonly gamma?: number | 'scale' | 'auto';
      readonly coef0?: number;
      readonly degree?: number;
      readonly nu: number;
      readonly tol: number;
    };
    readonly gamma: number;
    readonly supportRows: readonly number[];
    readonly coefficients: readonly number[];
    readonly intercept: number;
    readonly decisions: readonly number[];
  }[];
}
