// OneClassSVM (sklearn/svm/_base.py): decision = Σ dual_coef_ · K(row, support_vectors_) + intercept_.
import { KERNEL_FUNCTIONS, type KernelFunction } from '../../../native-free-kernels/contract.js';
import type { Model } from '../../model/detector.js';
import { PickleGlobal, type PickleObject } from '../pickle/values.js';
import { riskScaleOf } from '../risk-scale.js';
import {
  attributeOf,
  badAttribute,
  countOf,
  finiteNumberOf,
  finiteNumbersOf,
  flagOf,
  unexpected,
} from './attributes.js';

/** As in a detector file. */
const HIGHEST_DEGREE = 1_000;

/** @throws AnomalyPredictorError `bad-model-file` */
export function readOneClassSvm(object: PickleObject, nFeatures: number): Model {
  if (flagOf(object, '_sparse', false)) {
    throw badAttribute(
      object,
      '_sparse',
      'it was trained on a sparse matrix, expected a dense one',
    );
  }
  const kernelFunction = kernelFunctionOf(object);
  const supportVectors = finiteNumbersOf(object, 'support_vectors_', [undefined, nFeatures]);
  const nSupport = supportVectors.length / nFeatures;
  if (nSupport === 0) throw badAttribute(object, 'support_vectors_', 'there is none');
  const coefficients = finiteNumbersOf(object, 'dual_coef_', [1, nSupport]);
  const at = coefficients.findIndex((coefficient) => coefficient <= 0);
  if (at >= 0) {
    throw badAttribute(object, 'dual_coef_', `element ${at} is ${coefficients[at]}, not above 0`);
  }
  const [intercept] = finiteNumbersOf(object, 'intercept_', [1]);
  const usesCoef0 = kernelFunction === 'poly' || kernelFunction === 'sigmoid';
  return {
    type: 'one-class-svm',
    svm: {
      kernel: {
        function: kernelFunction,
        gamma: kernelFunction === 'linear' ? 0 : gammaOf(object),
        coef0: usesCoef0 ? finiteNumberOf(object, 'coef0') : 0,
        degree: kernelFunction === 'poly' ? countOf(object, 'degree', 0, HIGHEST_DEGREE) : 0,
      },
      nFeatures,
      nSupport,
      supportVectors,
      coefficients,
      intercept,
    },
    riskScale: riskScaleOf(intercept),
  };
}

function kernelFunctionOf(object: PickleObject): KernelFunction {
  const kernel = attributeOf(object, 'kernel');
  if (kernel instanceof PickleGlobal) {
    throw badAttribute(object, 'kernel', `the function ${kernel.name} cannot be read from a file`);
  }
  const known = KERNEL_FUNCTIONS.find((name) => name === kernel);
  if (known === undefined) {
    throw unexpected(object, 'kernel', KERNEL_FUNCTIONS.join(', '), kernel);
  }
  return known;
}

/** What 'scale' or 'auto' came to in training. */
function gammaOf(object: PickleObject): number {
  const gamma = finiteNumberOf(object, '_gamma');
  if (gamma < 0) throw unexpected(object, '_gamma', 'at least 0', gamma);
  return gamma;
}
