// From a session to a row of a detector: its features by name, in the order of its schema.
import { AnomalyPredictorError } from '../../errors.js';
import type { Schema } from '../../model/schema.js';
import type { Session } from '../session/session.js';
import { API_BEHAVIOUR_FEATURES } from './api-behaviour.js';
import type { TrafficFeature } from './feature.js';

/** Writes the behaviour into `row`: [nFeatures], unscaled. */
export type BehaviourInto = (session: Session, row: Float64Array) => void;

/**
 * @param features the user's own, which win over those of the same name among the nine
 * @throws AnomalyPredictorError `bad-option` where a feature of the schema is not among them; from the returned
 *   function, `invalid-field` where a feature's value is not a finite number
 */
export function behaviourInto(
  { features: wanted }: Schema,
  features: readonly TrafficFeature[] = [],
): BehaviourInto {
  const known = new Map([...API_BEHAVIOUR_FEATURES, ...features].map((one) => [one.name, one]));
  const columns = wanted.map(({ name }) => {
    const feature = known.get(name);
    if (feature !== undefined) return feature;
    throw new AnomalyPredictorError(
      'bad-option',
      `the detector's feature "${name}" is none that traffic has: ${[...known.keys()].join(', ')}; ` +
        'define it in "features"',
      { field: name },
    );
  });
  return (session, row) => {
    for (let column = 0; column < columns.length; column++) {
      const value = columns[column].value(session);
      if (!Number.isFinite(value)) throw notFinite(columns[column].name, value);
      row[column] = value;
    }
  };
}

function notFinite(field: string, value: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'invalid-field',
    `feature "${field}" expected a finite number, got ${String(value)}`,
    { field, value },
  );
}
