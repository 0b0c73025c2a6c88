import { describe, expect, it } from 'vitest';
import { DispatchCosts } from '../../src/engine/dispatch-cost.js';

const JSON_BATCH = 0;
const MATRIX = 1;
const detector = {};

const repeat = (times: number, action: () => void) => {
  for (let i = 0; i < times; i++) action();
};

describe('the cost of work', () => {
  it('is what it took before, by byte', () => {
    const work = new DispatchCosts().of(detector, JSON_BATCH);
    repeat(200, () => work.add(1_000, 5, 0.05));
    expect(work.expectedMs(1_000)).toBeCloseTo(0.05, 6);
    expect(work.expectedMs(20_000)).toBeCloseTo(1, 5);
    repeat(200, () => work.add(1_000, 5, 0.001));
    expect(work.expectedMs(1_000)).toBeCloseTo(0.001, 6);
  });

  it('is guessed high enough at first for a large body to go to a worker', () => {
    const costs = new DispatchCosts();
    expect(costs.of(detector, JSON_BATCH).expectedMs(200)).toBeLessThan(costs.tripMs);
    expect(costs.of(detector, JSON_BATCH).expectedMs(100_000)).toBeGreaterThan(costs.tripMs);
  });

  it('grows by a tenth at most for one slow moment', () => {
    const work = new DispatchCosts().of(detector, JSON_BATCH);
    const before = work.expectedMs(1_000);
    work.add(1_000, 5, 10_000);
    expect(work.expectedMs(1_000)).toBeCloseTo(1.1 * before, 10);
  });

  it('is learned apart for every detector and kind of work', () => {
    const costs = new DispatchCosts();
    const before = costs.of(detector, MATRIX).expectedMs(1);
    repeat(50, () => costs.of(detector, JSON_BATCH).add(1, 1, 1));
    expect(costs.of(detector, JSON_BATCH).expectedMs(1)).toBeGreaterThan(before);
    expect(costs.of(detector, MATRIX).expectedMs(1)).toBe(before);
    expect(costs.of({}, JSON_BATCH).expectedMs(1)).toBe(before);
  });

  it('is not learned from requests without content, and stays a number', () => {
    const work = new DispatchCosts().of(detector, JSON_BATCH);
    const before = [work.expectedMs(1_000), work.expectedRows(1_000)];
    work.add(0, 0, 1);
    expect([work.expectedMs(1_000), work.expectedRows(1_000)]).toEqual(before);
    expect(work.expectedMs(0)).toBe(0);
  });
});

describe('the rows of a body', () => {
  it('are guessed from its bytes, rather too high than too low at first', () => {
    const work = new DispatchCosts().of(detector, JSON_BATCH);
    expect(work.expectedRows(200_000)).toBeGreaterThan(1_000);
    repeat(200, () => work.add(20_000, 100, 1));
    expect([1_000, 1_001]).toContain(work.expectedRows(200_000));
    expect(work.expectedRows(1)).toBe(1);
  });

  it('are not learned from bodies without rows', () => {
    const work = new DispatchCosts().of(detector, JSON_BATCH);
    const before = work.expectedRows(1_000);
    work.add(1_000, 0, 1);
    expect(work.expectedRows(1_000)).toBe(before);
  });
});

describe('the trip to a worker', () => {
  it('is what it took before', () => {
    const costs = new DispatchCosts();
    repeat(200, () => costs.addTrip(0.02));
    expect(costs.tripMs).toBeCloseTo(0.02, 6);
  });

  it('never gets so long that large work would stay here, and gets short again', () => {
    const costs = new DispatchCosts();
    repeat(1_000, () => costs.addTrip(10_000));
    expect(costs.tripMs).toBeLessThanOrEqual(0.5);
    repeat(200, () => costs.addTrip(0.05));
    expect(costs.tripMs).toBeCloseTo(0.05, 6);
  });
});
