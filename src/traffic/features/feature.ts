// A feature of a behaviour as a function over the session.
import type { Feature, Schema } from '../../model/schema.js';
import type { Session } from '../session/session.js';

/** As it stands in the schema of detectors that are learned with it, and how to compute it. */
export interface TrafficFeature extends Feature {
  /** A finite number; constant time. */
  value(session: Session): number;
}

/** The schema of behaviours that are made of the features. */
export function schemaOf(features: readonly TrafficFeature[]): Schema {
  return { features: features.map(({ value: _, ...feature }) => feature) };
}
