import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowBatches } from '../../../src/traffic/remote/row-batches.js';

const MOST_UNDER_WAY = 8;
const TIMEOUT_MS = 10_000;

const scoreOf = ([first, second]: Float64Array) => 3 * first - second;

describe('rows that go together', () => {
  it('come back as the score of each, whatever waits, overtakes or fails', async () => {
    const moment = fc.record({ afterMs: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() });
    const plan = {
      /** Of each row: how many turns of the event loop after the one before. */
      turns: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 150 }),
      requests: fc.array(moment, { minLength: 1, maxLength: 20 }),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(plan), async ({ turns, requests }) => {
        const sent: Float64Array[] = [];
        let underWay = 0;
        let mostUnderWay = 0;
        let nRequests = 0;
        const batches = new RowBatches(TIMEOUT_MS, async (rows) => {
          const request = nRequests++;
          const { afterMs, fails } = requests[request % requests.length];
          sent.push(...rows);
          mostUnderWay = Math.max(mostUnderWay, ++underWay);
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          underWay--;
          if (fails) throw new Error(`request ${request} of ${rows.map(([id]) => id)}`);
          return Float64Array.from(rows, scoreOf);
        });

        const row = new Float64Array(2);
        const asked: Promise<void>[] = [];
        for (const [id, nTurns] of turns.entries()) {
          for (let turn = 0; turn < nTurns; turn++) await new Promise(setImmediate);
          // The judge's row is the same memory at every call.
          row.set([id, id * id]);
          asked.push(
            batches.add(row).then(
              (score) => expect(score).toBe(3 * id - id * id),
              ({ message }) => expect(message.split(' of ')[1].split(',')).toContain(String(id)),
            ),
          );
        }
        await Promise.all(asked);
        expect(sent.map(([id]) => id).sort((a, b) => a - b)).toEqual([...turns.keys()]);
        expect(mostUnderWay).toBeLessThanOrEqual(MOST_UNDER_WAY);
      }),
      { numRuns: 40 },
    );
  });

  it('are one request where they come in the same turn', async () => {
    const sizes: number[] = [];
    const batches = new RowBatches(TIMEOUT_MS, async (rows) => {
      sizes.push(rows.length);
      return Float64Array.from(rows, scoreOf);
    });
    await Promise.all(Array.from({ length: 100 }, (_, id) => batches.add(Float64Array.of(id, 0))));
    expect(sizes).toEqual([100]);
  });
});
