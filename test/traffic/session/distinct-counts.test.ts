import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctCounts } from '../../../src/traffic/session/distinct-counts.js';
import { Rows } from '../../../src/traffic/session/rows.js';
import { textHash } from '../../../src/traffic/session/text-hash.js';
import { PANES, placeOf } from '../../../src/traffic/session/window.js';

const REGISTERS = 64;
const STANDARD_ERROR = 1.04 / Math.sqrt(REGISTERS);

function countsOf(nOwners: number, registers = REGISTERS) {
  return new DistinctCounts(new Rows(nOwners, DistinctCounts.rowBytes(registers)), 0, registers);
}

/** Adds `nTexts` texts that only this owner has, spread over the panes. */
function fill(counts: DistinctCounts, owner: number, nTexts: number): void {
  for (let i = 0; i < nTexts; i++) {
    counts.add(owner, textHash(`GET /${owner}/${i}`), i % PANES, PANES - 1);
  }
}

describe('a count of distinct texts', () => {
  const seen = fc.record({
    owner: fc.integer({ min: 0, max: 2 }),
    text: fc.integer({ min: 0, max: REGISTERS - 1 }).map((i) => `text ${i}`),
    paneLater: fc.constantFrom(0, 0, 0, 0, 0, 0, 1),
    panesAgo: fc.constantFrom(0, 0, 0, 1, 2, 3),
  });

  it('is that of a set, up to its limit, whatever left the window', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 400 }), (stream) => {
        const counts = countsOf(3);
        const lastPanes = [new Map(), new Map(), new Map()] as Map<string, number>[];
        let newest = 100;
        for (const { owner, text, paneLater, panesAgo } of stream) {
          newest += paneLater;
          for (const each of paneLater === 1 ? lastPanes.keys() : []) {
            counts.forget(each, placeOf(newest));
          }
          const pane = newest - panesAgo;
          counts.add(owner, textHash(text), placeOf(pane), placeOf(newest));
          const last = lastPanes[owner];
          last.set(text, Math.max(pane, last.get(text) ?? pane));
          const held = [...last.values()].filter((lastPane) => lastPane > newest - PANES);
          expect(counts.count(owner)).toBe(held.length);
        }
      }),
    );
  });

  it('is exact at the limit, and an estimate from the next text on, repeated texts counted once', () => {
    const counts = countsOf(2);
    expect(counts.mostExact).toBe(REGISTERS);
    fill(counts, 0, REGISTERS);
    fill(counts, 0, REGISTERS);
    expect(counts.count(0)).toBe(REGISTERS);
    fill(counts, 0, REGISTERS + 1);
    const estimate = counts.count(0);
    expect(estimate).not.toBe(REGISTERS + 1);
    expect(Math.abs(estimate / (REGISTERS + 1) - 1)).toBeLessThan(3 * STANDARD_ERROR);
    fill(counts, 0, REGISTERS + 1);
    expect(counts.count(0)).toBe(estimate);
    expect(counts.count(1)).toBe(0);
  });

  it('of an estimate is the same whenever texts were seen, and follows what leaves the window', () => {
    const counts = countsOf(3);
    const hashes = Array.from({ length: 4_000 }, (_, i) => textHash(`text ${i}`));
    for (const [i, hash] of hashes.entries()) counts.add(0, hash, i % PANES, 3);
    for (const [i, hash] of [...hashes.entries()].reverse()) counts.add(1, hash, i % PANES, 3);
    expect(counts.count(1)).toBe(counts.count(0));
    for (let place = 0; place < PANES - 1; place++) counts.forget(0, place);
    for (const [i, hash] of hashes.entries()) {
      if (i % PANES === PANES - 1) counts.add(2, hash, PANES - 1, PANES - 1);
    }
    expect(counts.count(0)).toBe(counts.count(2));
    counts.forget(0, PANES - 1);
    expect(counts.count(0)).toBe(0);
  });

  it('is exact again once it was cleared', () => {
    const counts = countsOf(1);
    fill(counts, 0, 500);
    counts.clear(0);
    fill(counts, 0, 20);
    expect(counts.count(0)).toBe(20);
  });
});

describe.each([64, 128])('estimates of %i registers', (registers) => {
  const N_OWNERS = 400;
  const standardError = 1.04 / Math.sqrt(registers);

  it.each([100, 300, 1_000, 10_000])(
    'of %i distinct texts deviate as the paper says, and lie around the truth',
    (nTexts) => {
      const counts = countsOf(N_OWNERS, registers);
      const errors = Array.from({ length: N_OWNERS }, (_, owner) => {
        fill(counts, owner, nTexts + registers);
        return counts.count(owner) / (nTexts + registers) - 1;
      });
      const mean = errors.reduce((sum, error) => sum + error, 0) / N_OWNERS;
      const deviation = Math.sqrt(errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / N_OWNERS);
      expect(deviation).toBeLessThan(standardError * 1.1);
      expect(Math.abs(mean)).toBeLessThan(standardError / 4);
    },
  );
});
