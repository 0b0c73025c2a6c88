import { describe, expect, it } from 'vitest';
import { API_BEHAVIOUR_SCHEMA } from '../../../src/model/schema.js';
import { behaviourInto } from '../../../src/traffic/features/behaviour-row.js';
import type { TrafficFeature } from '../../../src/traffic/features/feature.js';
import type { Session } from '../../../src/traffic/session/session.js';
import { thrownBy } from '../../support/thrown-by.js';

const SESSION: Session = {
  client: '192.0.2.7',
  route: 'GET /products/:id',
  addressType: 'default',
  source: 'F',
  startMs: 0,
  totalCalls: 40,
  calls: 31,
  firstMs: 60_000,
  lastMs: 150_000,
  routes: 6,
  clientErrors: 2,
  serverErrors: 1,
  durationMs: 620,
  group: { sessions: 12, users: 9, routes: 25 },
};

function rowOf(session: Session): number[] {
  const row = new Float64Array(API_BEHAVIOUR_SCHEMA.features.length);
  behaviourInto(API_BEHAVIOUR_SCHEMA)(session, row);
  return [...row];
}

function feature(name: string, value: TrafficFeature['value']): TrafficFeature {
  const described = { title: name, description: name, unit: 'count', example: 1 };
  return { ...described, kind: 'number', name, value };
}

describe('a behaviour of live traffic', () => {
  it('has the nine features in the order of the schema and in its units', () => {
    expect(rowOf(SESSION)).toEqual([3, 6 / 31, 31, 1.5, 12, 9, 25, 1, 1]);
  });

  it('of a first call has no gap and no duration', () => {
    const first = { ...SESSION, calls: 1, routes: 1, lastMs: 60_000 };
    expect(rowOf(first)).toEqual([0, 1, 1, 0, 12, 9, 25, 1, 1]);
  });

  it('never has more distinct routes than calls, though their number may be an estimate', () => {
    expect(rowOf({ ...SESSION, calls: 70, routes: 73.4 })[1]).toBe(1);
  });

  it('tells other types of address and other sources apart', () => {
    expect(rowOf({ ...SESSION, addressType: 'datacenter', source: 'E' }).slice(7)).toEqual([0, 0]);
  });
});

describe("the user's own features", () => {
  const errorRate = feature('error_rate', ({ clientErrors, calls }) => clientErrors / calls);

  it('are computed where the schema has them, and win over those of the same name', () => {
    const own = feature('num_users', () => 42);
    const { features } = API_BEHAVIOUR_SCHEMA;
    const row = new Float64Array(2);
    const users = features.filter(({ name }) => name === 'num_users');
    behaviourInto({ features: [errorRate, ...users] }, [errorRate, own])(SESSION, row);
    expect([...row]).toEqual([2 / 31, 42]);
  });

  it('are asked for by name where the detector has them and nobody gave them', () => {
    const error = thrownBy(() => behaviourInto({ features: [errorRate] }));
    expect(error).toMatchObject({ tag: 'bad-option', fields: { field: 'error_rate' } });
    expect(error.message).toContain('"error_rate"');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '3' as unknown as number])(
    'are refused by name where they are %s',
    (value) => {
      const odd = feature('odd', () => value);
      const into = behaviourInto({ features: [odd] }, [odd]);
      const error = thrownBy(() => into(SESSION, new Float64Array(1)));
      expect(error).toMatchObject({ tag: 'invalid-field', fields: { field: 'odd', value } });
      expect(error.message).toContain('"odd"');
    },
  );
});
