import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotTable } from '../../../src/traffic/session/slot-table.js';

const CAPACITY = 5;

/** Of few keys, so that they come again, and of buckets that are shared. */
const uses = fc.array(
  fc.record({
    key: fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'é', '203.0.113.7', 'x'.repeat(300)),
    isRemoved: fc.boolean(),
  }),
  { maxLength: 200 },
);

describe('slots by key', () => {
  it('are those of the keys that were used last, each its own, and the one longest unused is the oldest', () => {
    fc.assert(
      fc.property(uses, (all) => {
        const table = new SlotTable(CAPACITY);
        /** Slots in the order of use. */
        const expected = new Map<string, number>();
        for (const { key, isRemoved } of all) {
          const known = expected.get(key);
          expect(table.find(key)).toBe(known ?? -1);
          if (known !== undefined && isRemoved) {
            table.remove(known);
            expected.delete(key);
          } else if (known !== undefined) {
            table.touch(known);
            expected.delete(key);
            expected.set(key, known);
          } else {
            if (table.isFull) {
              const [oldest] = expected.keys();
              table.remove(table.oldest);
              expected.delete(oldest);
              expect(table.find(oldest)).toBe(-1);
            }
            expected.set(key, table.add(key));
          }
          const [oldestSlot = -1] = expected.values();
          expect(table.oldest).toBe(oldestSlot);
          expect(table.size).toBe(expected.size);
          expect(new Set(expected.values()).size).toBe(expected.size);
        }
        for (const [key, slot] of expected) expect(table.find(key)).toBe(slot);
      }),
    );
  });

  it('are found among a hundred thousand, and again when half of them are others', () => {
    const n = 100_000;
    const table = new SlotTable(n);
    const slots = Array.from({ length: n }, (_, i) => table.add(`key ${i}`));
    expect(table.isFull).toBe(true);
    for (let i = 0; i < n; i += 2) table.remove(slots[i]);
    for (let i = 0; i < n; i += 2) slots[i] = table.add(`new ${i}`);
    expect(new Set(slots).size).toBe(n);
    const found = slots.filter(
      (slot, i) => table.find(i % 2 === 0 ? `new ${i}` : `key ${i}`) === slot,
    );
    expect(found).toHaveLength(n);
    expect(table.find('key 0')).toBe(-1);
  });
});
