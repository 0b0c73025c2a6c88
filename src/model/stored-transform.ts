// How a detector file holds its transforms: what is not an array stands in the description, in order,
// and transform i has its arrays in tensors of its own.
//
//   standard    transforms.i.mean, transforms.i.scale      F64 [nFeatures]
//   min-max     transforms.i.factor, transforms.i.offset   F64 [nFeatures]
//   normalize   –
//   float32     transforms.i.offset, transforms.i.factor   F64 [nFeatures]
//   log1p       transforms.i.columns                       I32 [nColumns]
//   quantile    transforms.i.columns                       I32 [nColumns]
//               transforms.i.quantiles                     F64 [nColumns, nQuantiles]
import * as v from 'valibot';
import {
  type Log1p,
  NORMS,
  type QuantileMap,
  type Transform,
} from '../../native-free-kernels/contract.js';
import type { Tensor } from './safetensors.js';
import { badDetector, checkFinite, type Taker } from './tensor-taker.js';

const MOST_TRANSFORMS = 20;
/** Null where nothing is clipped. */
const limit = v.nullable(v.pipe(v.number(), v.finite('a finite number')));
const nQuantiles = v.pipe(v.number(), v.integer('a whole number'), v.minValue(2));

const TransformDescription = v.variant('type', [
  v.strictObject({ type: v.literal('standard') }),
  v.strictObject({ type: v.literal('min-max'), lowest: limit, highest: limit }),
  v.strictObject({ type: v.literal('normalize'), norm: v.picklist(NORMS) }),
  v.strictObject({ type: v.literal('float32') }),
  v.strictObject({ type: v.literal('log1p') }),
  v.strictObject({ type: v.literal('quantile'), nQuantiles }),
]);
type TransformDescription = v.InferOutput<typeof TransformDescription>;

export const TransformDescriptions = v.pipe(
  v.array(TransformDescription),
  v.maxLength(MOST_TRANSFORMS),
);

export function describeTransform(transform: Transform): TransformDescription {
  const { type } = transform;
  if (type === 'normalize') return { type, norm: transform.norm };
  if (type === 'quantile') return { type, nQuantiles: transform.nQuantiles };
  if (type !== 'min-max') return { type };
  const { lowest, highest } = transform;
  return { type, lowest: finiteOrNull(lowest), highest: finiteOrNull(highest) };
}

/** Tensors of the transform at `index`. */
export function transformTensors(transform: Transform, index: number): [string, Tensor][] {
  if (transform.type === 'normalize') return [];
  if (transform.type === 'log1p' || transform.type === 'quantile') {
    return columnTensors(transform, index);
  }
  const { nFeatures } = transform;
  const arrays =
    transform.type === 'standard'
      ? { mean: transform.mean, scale: transform.scale }
      : { factor: transform.factor, offset: transform.offset };
  return Object.entries(arrays).map(([name, data]) => [
    nameOf(index, name),
    { dtype: 'F64', shape: [nFeatures], data },
  ]);
}

/** Of a transform that leaves the other features alone. */
function columnTensors(transform: Log1p | QuantileMap, index: number): [string, Tensor][] {
  const { columns } = transform;
  const tensors: [string, Tensor][] = [
    [nameOf(index, 'columns'), { dtype: 'I32', shape: [columns.length], data: columns }],
  ];
  if (transform.type === 'quantile') {
    const { nQuantiles, quantiles: data } = transform;
    const shape = [columns.length, nQuantiles];
    tensors.push([nameOf(index, 'quantiles'), { dtype: 'F64', shape, data }]);
  }
  return tensors;
}

export function readTransform(
  description: TransformDescription,
  index: number,
  nFeatures: number,
  take: Taker,
): Transform {
  const array = (name: string) => take(nameOf(index, name), 'F64', [nFeatures]);
  const columnsName = nameOf(index, 'columns');
  const nColumns = take.lengthOf(columnsName);
  switch (description.type) {
    case 'standard':
      return { type: 'standard', nFeatures, mean: array('mean'), scale: array('scale') };
    case 'min-max':
      return {
        type: 'min-max',
        nFeatures,
        factor: array('factor'),
        offset: array('offset'),
        lowest: description.lowest ?? Number.NEGATIVE_INFINITY,
        highest: description.highest ?? Number.POSITIVE_INFINITY,
      };
    case 'normalize':
      return { ...description, nFeatures };
    case 'float32':
      return { type: 'float32', nFeatures, offset: array('offset'), factor: array('factor') };
    case 'log1p':
      return { type: 'log1p', nFeatures, columns: take(columnsName, 'I32', [nColumns]) };
    case 'quantile':
      return {
        ...description,
        nFeatures,
        columns: take(columnsName, 'I32', [nColumns]),
        quantiles: take(nameOf(index, 'quantiles'), 'F64', [nColumns, description.nQuantiles]),
      };
  }
}

/** @throws AnomalyPredictorError 'bad-detector-file' that names the array, the place and the value */
export function checkTransform(transform: Transform, index: number): void {
  if (transform.type === 'normalize') return;
  if (transform.type === 'standard') {
    const { mean, scale } = transform;
    checkFinite(nameOf(index, 'mean'), mean);
    checkFinite(nameOf(index, 'scale'), scale);
    const at = scale.findIndex((value) => value <= 0);
    if (at >= 0) {
      throw badDetector(`${nameOf(index, 'scale')}[${at}] is ${scale[at]}, expected more than 0`);
    }
    return;
  }
  if (transform.type === 'log1p' || transform.type === 'quantile') {
    checkColumns(transform, index);
    if (transform.type === 'quantile') checkQuantiles(transform, index);
    return;
  }
  checkFinite(nameOf(index, 'factor'), transform.factor);
  checkFinite(nameOf(index, 'offset'), transform.offset);
  if (transform.type === 'min-max' && transform.lowest > transform.highest) {
    throw badDetector(`transforms.${index} clips to ${transform.lowest} … ${transform.highest}`);
  }
}

function checkColumns({ columns, nFeatures }: Log1p | QuantileMap, index: number): void {
  const at = columns.findIndex((column, i) => {
    const least = i === 0 ? 0 : columns[i - 1] + 1;
    return column < least || column >= nFeatures;
  });
  if (at < 0) return;
  const name = `${nameOf(index, 'columns')}[${at}]`;
  throw badDetector(`${name} is ${columns[at]}, expected features in ascending order`);
}

function checkQuantiles({ quantiles, nQuantiles }: QuantileMap, index: number): void {
  const name = nameOf(index, 'quantiles');
  checkFinite(name, quantiles);
  for (let at = 0; at < quantiles.length; at++) {
    const first = at - (at % nQuantiles);
    if (at > first && quantiles[at] < quantiles[at - 1]) {
      throw badDetector(`${name}[${at}] is below the one before it`);
    }
    if (!Number.isFinite(quantiles[at] - quantiles[first])) {
      throw badDetector(`${name}[${at}] is too far from the first`);
    }
  }
}

function nameOf(index: number, array: string): string {
  return `transforms.${index}.${array}`;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
