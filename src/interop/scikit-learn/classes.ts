// The two classes of a classifier, and which of them is the anomalous one.
import { AnomalyPredictorError, shorten, showValue } from '../../errors.js';
import { elements } from '../pickle/numpy-elements.js';
import type { PickleObject, PickleValue } from '../pickle/values.js';
import { arrayOf, attributeOf, badAttribute, classOf } from './attributes.js';

/** Index in `classes_`. */
export type AnomalyIndex = 0 | 1;

const DEFAULT_ANOMALY_CLASS = '-1';

/**
 * @throws AnomalyPredictorError `bad-model-file` where there are not two classes, `bad-option` where none of them is
 * `anomalyClass`
 */
export function anomalyIndexOf(
  object: PickleObject,
  anomalyClass: string | undefined,
): AnomalyIndex {
  const nOutputs = attributeOf(object, 'n_outputs_');
  if (nOutputs !== 1) {
    throw badAttribute(object, 'n_outputs_', `expected one output, got ${String(nOutputs)}`);
  }
  const array = arrayOf(object, 'classes_', [undefined]);
  if (array.shape[0] !== 2) {
    throw badAttribute(object, 'classes_', `expected 2 classes, got ${array.shape[0]}`);
  }
  const labels = elements(array);
  const wanted = anomalyClass ?? DEFAULT_ANOMALY_CLASS;
  const index = labels.findIndex((label) => isNamed(label, wanted));
  if (index === 0 || index === 1) return index;
  const known = labels.map(textOf).join(' and ');
  throw new AnomalyPredictorError(
    'bad-option',
    anomalyClass === undefined
      ? `${classOf(object)}: the classes are ${known}: say which one is the anomalous one`
      : `${classOf(object)}: the anomalous class ${showValue(wanted)} is none of ${known}`,
    { field: 'anomaly-class' },
  );
}

/** 1, '1.0' and 1.0 are one class, as in Python. */
function isNamed(label: PickleValue, name: string): boolean {
  if (typeof label === 'number') return name.trim() !== '' && Number(name) === label;
  return textOf(label) === name;
}

function textOf(label: PickleValue): string {
  if (typeof label === 'boolean') return label ? 'True' : 'False';
  return typeof label === 'string' || typeof label === 'number' || typeof label === 'bigint'
    ? shorten(String(label))
    : 'something that is no label';
}
