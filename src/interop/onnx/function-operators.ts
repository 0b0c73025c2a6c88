// Nodes that call one of `FUNCTION_DOMAIN`, as exported models do: transforms and decisions with all their numbers.
import { KERNEL_FUNCTIONS, NORMS, type Transform } from '../../../native-free-kernels/contract.js';
import type { AnomalyPredictorError } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { LOG1P, QUANTILE_MAP } from './column-functions.js';
import { DECISIONS, NORMALIZE, SCALE_FLOAT32, SCALE_TO_RANGE, STANDARDIZE } from './functions.js';
import type { Call } from './operators.js';
import { castRows, hasAllFeatures, transformed, withRounding } from './scaled-rows.js';
import type { Constant, Rows, Value } from './values.js';
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
  const constant = (name: string): Numbers => {
    const input = inputs[defined.inputs.indexOf(name)];
    if (input.kind !== 'constant' || !(input.values instanceof Float64Array)) {
      throw fail(`"${name}" is no constant`);
    }
    if (input.values.some(Number.isNaN)) throw fail(`"${name}" has a number that is none`);
    return { dimensions: input.dimensions, values: input.values };
  };
  const numbers = (name: string, length: number): Float64Array => {
    const { values } = constant(name);
    if (values.length !== length) {
      throw fail(`"${name}" has ${values.length} numbers, expected ${length}`);
    }
    return values;
  };
  const columns = (): Int32Array => {
    const { values } = constant('columns');
    const unfit = values.find((column) => !(column in rows.columns));
    if (unfit !== undefined) throw fail(`"columns" has ${unfit}, of ${rows.nFeatures} features`);
    return Int32Array.from(values);
  };
  const transform = transformOf(defined, rows, { constant, numbers, columns });
  // Exported transforms end in float64.
  if (transform !== undefined) return castRows(transformed(rows, transform), 'double');
  return decisionOf(defined, rows, coefficientsOf(inputs), numbers);
}

type Numbers = Pick<Constant, 'dimensions'> & { readonly values: Float64Array };

/** The call's constants by the names of the function's inputs, checked. */
interface Constants {
  constant(name: string): Numbers;
  numbers(name: string, length: number): Float64Array;
  /** Numbers of features. */
  columns(): Int32Array;
}

function transformOf(
  defined: FunctionData,
  rows: Rows,
  { constant, numbers, columns }: Constants,
): Transform | undefined {
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
  if (defined === LOG1P) return { type: 'log1p', nFeatures, columns: columns() };
  if (defined === QUANTILE_MAP) {
    const mapped = columns();
    const nQuantiles = constant('quantiles').dimensions.at(-1) ?? 0;
    const quantiles = numbers('quantiles', mapped.length * nQuantiles);
    return { type: 'quantile', nFeatures, columns: mapped, nQuantiles, quantiles };
  }
  const norm = NORMS.find((name) => NORMALIZE[name] === defined);
  return norm === undefined ? undefined : { type: 'normalize', nFeatures, norm };
}

function decisionOf(
  defined: FunctionData,
  rows: Rows,
  nSupport: number,
  numbers: Constants['numbers'],
): Value {
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
