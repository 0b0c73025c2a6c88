// Nodes that call one of `FUNCTION_DOMAIN`, as exported models do: transforms and decisions with all their numbers.
import { KERNEL_FUNCTIONS, NORMS, type Transform } from '../../../native-free-kernels/contract.js';
import type { AnomalyPredictorError } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { DECISIONS, NORMALIZE, SCALE_FLOAT32, SCALE_TO_RANGE, STANDARDIZE } from './functions.js';
import type { Call } from './operators.js';
import { castRows, hasAllFeatures, transformed, withRounding } from './scaled-rows.js';
import type { Rows, Value } from './values.js';
import type { FunctionData } from './write-model.js';

export type DefinedFunctions = ReadonlyMap<string, FunctionData>;

/** @throws AnomalyPredictorError 'bad-model-file' where the function or an input is not as in an exported model */
export function applyFunction({ node, inputs, functions, attributes }: Call): Value {
  const defined = functions.get(node.operator);
  const fail = (what: string): AnomalyPredictorError => badModelFile(`${node.place}: ${what}`);
  if (defined === undefined) throw fail('the file does not define it as an exported model does');
  attributes.finish();
  const [rows] = inputs;
  if (inputs.length !== defined.inputs.length || rows.kind !== 'rows' || !hasAllFeatures(rows)) {
    throw fail(`expected all features and ${defined.inputs.slice(1).join(', ')}`);
  }
  if (rows.elementType !== 'double') throw fail(`its rows are ${rows.elementType}, not double`);
  const numbers = (name: string, length: number): Float64Array => {
    const input = inputs[defined.inputs.indexOf(name)];
    if (input.kind !== 'constant' || !(input.values instanceof Float64Array)) {
      throw fail(`"${name}" is no constant`);
    }
    if (input.values.length !== length) {
      throw fail(`"${name}" has ${input.values.length} numbers, expected ${length}`);
    }
    if (input.values.some(Number.isNaN)) throw fail(`"${name}" has a number that is none`);
    return input.values;
  };
  const transform = transformOf(defined, rows, numbers);
  // Exported transforms end in float64.
  if (transform !== undefined) return castRows(transformed(rows, transform), 'double');
  return decisionOf(defined, rows, coefficientsOf(inputs), numbers);
}

type Numbers = (name: string, length: number) => Float64Array;

function transformOf(defined: FunctionData, rows: Rows, numbers: Numbers): Transform | undefined {
  const { nFeatures } = rows;
  const perFeature = (name: string) => numbers(name, nFeatures);
  if (defined === STANDARDIZE) {
    return { type: 'standard', nFeatures, mean: perFeature('mean'), scale: perFeature('scale') };
  }
  if (defined === SCALE_TO_RANGE) {
    const [[lowest], [highest]] = [numbers('lowest', 1), numbers('highest', 1)];
    const [factor, offset] = [perFeature('factor'), perFeature('offset')];
    return { type: 'min-max', nFeatures, factor, offset, lowest, highest };
  }
  if (defined === SCALE_FLOAT32) {
    return {
      type: 'float32',
      nFeatures,
      offset: perFeature('offset'),
      factor: perFeature('factor'),
    };
  }
  const norm = NORMS.find((name) => NORMALIZE[name] === defined);
  return norm === undefined ? undefined : { type: 'normalize', nFeatures, norm };
}

function decisionOf(defined: FunctionData, rows: Rows, nSupport: number, numbers: Numbers): Value {
  const kernelFunction = KERNEL_FUNCTIONS.find((name) => DECISIONS[name] === defined) ?? 'linear';
  const { nFeatures } = rows;
  const one = (name: string) => (defined.inputs.includes(name) ? numbers(name, 1)[0] : 0);
  const svm = {
    kernel: {
      function: kernelFunction,
      gamma: one('gamma'),
      coef0: one('coef0'),
      degree: one('degree'),
    },
    nFeatures,
    nSupport,
    supportVectors: numbers('vectors', nSupport * nFeatures),
    coefficients: numbers('coefficients', nSupport),
    intercept: one('intercept'),
  };
  const { transforms } = withRounding(rows);
  return {
    kind: 'score',
    elementType: 'double',
    base: { type: 'svm', transforms, svm },
    factor: 1,
    offset: 0,
  };
}

function coefficientsOf([, , coefficients]: readonly Value[]): number {
  return coefficients?.kind === 'constant' ? coefficients.values.length : 0;
}
