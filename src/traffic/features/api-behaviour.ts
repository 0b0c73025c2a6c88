// The nine features of the API access behaviour dataset, of live traffic. The dataset aggregates groups of sessions
// offline; here a behaviour is one client's, at one of its calls, over the window before it.
import { API_BEHAVIOUR_SCHEMA } from '../../model/schema.js';
import type { Session } from '../session/session.js';
import type { TrafficFeature } from './feature.js';

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;

interface LiveFeature {
  /** What it is exactly, of the calls in the window of a session at one of its calls, that one included. */
  readonly definition: string;
  /** What the dataset has in its place. */
  readonly inDataset: string;
  value(session: Session): number;
}

/** By the name that the schema has. The README's table is written from it. */
export const LIVE_FEATURES: Readonly<Record<string, LiveFeature>> = {
  inter_api_access_duration: {
    definition:
      "Time from the client's first call to its last over the gaps between; 0 of one call",
    inDataset: 'Mean over the sessions of a group',
    value: ({ calls, firstMs, lastMs }) =>
      calls > 1 ? (lastMs - firstMs) / (calls - 1) / MS_PER_SECOND : 0,
  },
  api_access_uniqueness: {
    definition: 'Distinct routes over calls of the client, at most 1',
    inDataset: '1 to 6 times `num_unique_apis` over all calls of the group, and so far smaller',
    value: ({ calls, routes }) => Math.min(1, routes / calls),
  },
  sequence_length: {
    definition: "The client's calls",
    inDataset: 'Mean over the sessions of a group',
    value: ({ calls }) => calls,
  },
  vsession_duration: {
    definition: "Time from the client's first call to its last",
    inDataset: 'Of virtual sessions, which may last days',
    value: ({ firstMs, lastMs }) => (lastMs - firstMs) / MS_PER_MINUTE,
  },
  num_sessions: {
    definition: "Distinct clients in the client's network, itself included",
    inDataset: 'Sessions in the group',
    value: ({ group }) => group.sessions,
  },
  num_users: {
    definition: 'Distinct users in that network; 0 where no call tells its user',
    inDataset: 'Users in the group',
    value: ({ group }) => group.users,
  },
  num_unique_apis: {
    definition: 'Distinct routes called from that network',
    inDataset: 'Distinct APIs that the group called',
    value: ({ group }) => group.routes,
  },
  ip_type_default: {
    definition: '1 where the address is in none of the networks of `addressTypes`',
    inDataset: '`default` as against `datacenter`',
    value: ({ addressType }) => Number(addressType === 'default'),
  },
  source_F: {
    definition: '1 where the source is given as `F`',
    inDataset: '`F` as against `E`, where the publisher recorded it',
    value: ({ source }) => Number(source === 'F'),
  },
};

export const API_BEHAVIOUR_FEATURES: readonly TrafficFeature[] = API_BEHAVIOUR_SCHEMA.features.map(
  (feature) => ({ ...feature, value: LIVE_FEATURES[feature.name].value }),
);
