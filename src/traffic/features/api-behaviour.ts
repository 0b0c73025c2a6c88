// The nine features of the API access behaviour dataset, of live traffic. The dataset aggregates groups of sessions
// offline; here a behaviour is one client's, at one of its calls, over the window before it.
import { API_BEHAVIOUR_SCHEMA } from '../../model/schema.js';
import type { Session } from '../session/session.js';
import type { TrafficFeature } from './feature.js';

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;

const VALUE_BY_FEATURE: Readonly<Record<string, (session: Session) => number>> = {
  /** Mean gap between successive calls: what lies between the first and the last, over the number of gaps. */
  inter_api_access_duration: ({ calls, firstMs, lastMs }) =>
    calls > 1 ? (lastMs - firstMs) / (calls - 1) / MS_PER_SECOND : 0,
  api_access_uniqueness: ({ calls, routes }) => Math.min(1, routes / calls),
  sequence_length: ({ calls }) => calls,
  vsession_duration: ({ firstMs, lastMs }) => (lastMs - firstMs) / MS_PER_MINUTE,
  num_sessions: ({ group }) => group.sessions,
  num_users: ({ group }) => group.users,
  num_unique_apis: ({ group }) => group.routes,
  ip_type_default: ({ addressType }) => Number(addressType === 'default'),
  source_F: ({ source }) => Number(source === 'F'),
};

export const API_BEHAVIOUR_FEATURES: readonly TrafficFeature[] = API_BEHAVIOUR_SCHEMA.features.map(
  (feature) => ({ ...feature, value: VALUE_BY_FEATURE[feature.name] }),
);
