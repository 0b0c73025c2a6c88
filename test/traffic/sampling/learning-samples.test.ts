import { describe, expect, it } from 'vitest';
import type { LearningRows, SessionRows } from '../../../src/model/learning-rows.js';
import { LearningSamples } from '../../../src/traffic/sampling/learning-samples.js';
import { RowSample } from '../../../src/traffic/sampling/row-sample.js';
import { SessionSample } from '../../../src/traffic/sampling/session-sample.js';
import type { Session } from '../../../src/traffic/session/session.js';
import { MersenneTwister } from '../../../src/training/mersenne-twister.js';

const MIN_REQUESTS = 5;

function sessionAt(client: string, call: number, startMs = 1_000): Session {
  return {
    client,
    startMs,
    route: 'GET /',
    addressType: 'default',
    source: '',
    totalCalls: call,
    calls: call,
    firstMs: startMs,
    lastMs: startMs + call,
    routes: 1,
    clientErrors: 0,
    serverErrors: 0,
    durationMs: 0,
    group: { sessions: 1, users: 0, routes: 1 },
  };
}

/** Each session's rows are its number and the call. */
function sampled(nSessions: number, nCalls: number, seed: number): LearningRows {
  const samples = new LearningSamples({ nFeatures: 2, seed, minRequests: MIN_REQUESTS });
  for (let call = 1; call <= nCalls; call++) {
    for (let i = 0; i < nSessions; i++) {
      const session = sessionAt(`client ${i}`, call);
      const values = Float64Array.of(i, call);
      samples.add(session, values);
      if (call >= MIN_REQUESTS) samples.addSnapshot({ ...session, timeMs: call, values });
    }
  }
  return samples.rows();
}

const column = (rows: Float64Array, which: number) => [...rows].filter((_, i) => i % 2 === which);

const idsOf = ({ values }: SessionRows) => new Set(column(values, 0));

describe('what is kept of traffic to learn from', () => {
  const rows = sampled(1_000, 41, 7);

  it('has no session on two sides', () => {
    const sides = [
      new Set(column(rows.training, 0)),
      idsOf(rows.choosing),
      idsOf(rows.calibrating),
    ];
    expect(sides.map((side) => side.size).reduce((sum, size) => sum + size)).toBe(1_000);
    expect(new Set(sides.flatMap((side) => [...side])).size).toBe(1_000);
    expect(sides[0].size / 1_000).toBeCloseTo(0.4, 1);
    expect(sides[1].size / 1_000).toBeCloseTo(0.2, 1);
  });

  it('has of those that train the behaviours at the first judged call and at each doubling', () => {
    expect(new Set(column(rows.training, 1))).toEqual(new Set([5, 10, 20, 40]));
  });

  it('has of the others the behaviours at every judged call, together and in order', () => {
    const { values, ends } = rows.calibrating;
    let row = 0;
    for (const end of ends) {
      const session = values.subarray(2 * row, 2 * end);
      expect(new Set(column(session, 0)).size).toBe(1);
      expect(column(session, 1)).toEqual(Array.from({ length: 37 }, (_, i) => i + 5));
      row = end;
    }
    expect(values.length).toBe(2 * row);
  });

  it('has snapshots of sessions that do not train alone, and counts these', () => {
    const training = new Set(column(rows.training, 0));
    const ids = column(rows.snapshots.values, 0);
    expect(ids.some((id) => training.has(id))).toBe(false);
    expect(rows.snapshots.nSessions).toBe(new Set(ids).size);
  });

  it('tells sessions of one client apart by when they began', () => {
    const samples = new LearningSamples({ nFeatures: 1, seed: 1, minRequests: MIN_REQUESTS });
    for (let i = 0; i < 200; i++) {
      samples.add(sessionAt('the only client', MIN_REQUESTS, 1_000 * i), Float64Array.of(i));
    }
    const { training, choosing, calibrating } = samples.rows();
    expect(training.length + choosing.ends.length + calibrating.ends.length).toBe(200);
    expect(choosing.ends.length).toBeGreaterThan(20);
    expect(calibrating.ends.length).toBeGreaterThan(20);
  });

  it('is another part of the sessions for another seed, and the same for the same', () => {
    expect(sampled(1_000, 41, 7)).toEqual(rows);
    expect(idsOf(sampled(1_000, 41, 8).choosing)).not.toEqual(idsOf(rows.choosing));
  });
});

describe('a sample in bounded memory', () => {
  const random = new MersenneTwister(5);
  const hashes = Array.from({ length: 1_000 }, () => random.nextUint32());
  const lowest = hashes.toSorted((a, b) => a - b).slice(0, 10);

  it.each([
    ['as they came', hashes],
    ['in another order', hashes.toReversed()],
  ])('of rows is the same, whatever their order: %s', (_, order) => {
    const sample = new RowSample(10, 1);
    for (const hash of order) sample.add(hash, Float64Array.of(hash));
    expect([...sample.rows()]).toEqual(lowest);
  });

  it('of fewer rows than it may hold is all of them', () => {
    const sample = new RowSample(10, 1);
    for (const hash of hashes.slice(0, 12)) sample.add(hash, Float64Array.of(hash));
    expect(sample.rows()).toHaveLength(10);
    const few = new RowSample(10, 1);
    few.add(3, Float64Array.of(0));
    expect([...few.rows()]).toEqual([0]);
  });

  it('of sessions keeps whole sessions, and no part of one that it has dropped', () => {
    const sample = new SessionSample(10, 64);
    for (let call = 0; call < 3; call++) {
      for (const hash of hashes) sample.add(hash, Float64Array.of(hash));
    }
    const { values, ends } = sample.rows();
    expect([...ends]).toEqual(Array.from({ length: 10 }, (_, i) => 3 * (i + 1)));
    expect([...values]).toEqual(lowest.flatMap((hash) => [hash, hash, hash]));
  });

  it('of a long session keeps behaviours of all of it, evenly', () => {
    const sample = new SessionSample(10, 8);
    for (let call = 0; call < 100; call++) sample.add(1, Float64Array.of(call));
    const { values, ends } = sample.rows();
    expect([...values]).toEqual([0, 16, 32, 48, 64, 80, 96]);
    expect([...ends]).toEqual([7]);
  });
});
