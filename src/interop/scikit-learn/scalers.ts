// StandardScaler, RobustScaler and MinMaxScaler (sklearn/preprocessing/_data.py).
import type { Transform } from '../../../native-free-kernels/contract.js';
import { type PickleObject, PickleSequence } from '../pickle/values.js';
import { attributeOf, badAttribute, finiteNumbersOf, flagOf, unexpected } from './attributes.js';

export type ReadScaler = (object: PickleObject, nFeatures: number) => Transform;

/** Each throws `bad-model-file` that names the attribute and its value. */
export const SCALER_BY_CLASS: ReadonlyMap<string, ReadScaler> = new Map([
  [
    'StandardScaler',
    centredAndScaled({ centred: 'with_mean', centre: 'mean_', scaled: 'with_std' }),
  ],
  [
    'RobustScaler',
    centredAndScaled({ centred: 'with_centering', centre: 'center_', scaled: 'with_scaling' }),
  ],
  ['MinMaxScaler', readMinMaxScaler],
]);

/** The names of the attributes; what was not asked for may be fitted, and is not used. */
function centredAndScaled(name: { centred: string; centre: string; scaled: string }): ReadScaler {
  return (object, nFeatures) => {
    const isCentred = flagOf(object, name.centred);
    const isScaled = flagOf(object, name.scaled);
    return {
      type: 'standard',
      nFeatures,
      mean: isCentred
        ? finiteNumbersOf(object, name.centre, [nFeatures])
        : new Float64Array(nFeatures),
      scale: isScaled ? scaleOf(object, nFeatures) : new Float64Array(nFeatures).fill(1),
    };
  };
}

function scaleOf(object: PickleObject, nFeatures: number): Float64Array {
  const scale = finiteNumbersOf(object, 'scale_', [nFeatures]);
  const at = scale.findIndex((value) => value <= 0);
  if (at >= 0) throw badAttribute(object, 'scale_', `element ${at} is ${scale[at]}, not above 0`);
  return scale;
}

function readMinMaxScaler(object: PickleObject, nFeatures: number): Transform {
  // `clip` came with 0.24.
  const [lowest, highest] = flagOf(object, 'clip', false)
    ? featureRangeOf(object)
    : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    type: 'min-max',
    nFeatures,
    factor: finiteNumbersOf(object, 'scale_', [nFeatures]),
    offset: finiteNumbersOf(object, 'min_', [nFeatures]),
    lowest,
    highest,
  };
}

function featureRangeOf(object: PickleObject): readonly [number, number] {
  const range = attributeOf(object, 'feature_range');
  if (range instanceof PickleSequence && range.items.length === 2) {
    const [lowest, highest] = range.items;
    if (typeof lowest === 'number' && typeof highest === 'number' && lowest < highest) {
      return [lowest, highest];
    }
  }
  throw unexpected(object, 'feature_range', 'two numbers, the lower one first', range);
}
