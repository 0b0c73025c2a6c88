import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnomalyPredictorError } from '../../../src/errors.js';
import { followLog } from '../../../src/traffic/logs/follow-log.js';
import { readLogs } from '../../../src/traffic/logs/read-logs.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { combinedLine, jsonLine, type WrittenCall } from '../../support/write-log.js';

const folder = temporaryFolder();

const call: WrittenCall = {
  timeMs: Date.UTC(2024, 4, 1, 12),
  address: '203.0.113.7',
  user: 'ada',
  method: 'GET',
  path: '/orders/17?x=1',
  status: 200,
  durationMs: 4,
};
const LINES = [combinedLine(call), jsonLine(call)];
const NEWLINE = 0x0a;

/** A log in which bytes were changed, dropped or doubled. */
const damagedLogs = fc
  .record({
    lines: fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 20 }),
    damages: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        removed: fc.nat(30),
        put: fc.uint8Array({ maxLength: 12 }),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ lines, damages }) =>
    damages.reduce(
      (log, { at, removed, put }) => {
        const start = Math.floor(at * log.length);
        return Buffer.concat([log.subarray(0, start), put, log.subarray(start + removed)]);
      },
      Buffer.from(lines.join('')),
    ),
  );

/** Reads what can be read; anything but an error of our own fails the test. */
async function readAll(log: Uint8Array) {
  const reading = readLogs([folder.write('damaged.log', log)]);
  let sessions = 0;
  try {
    await followLog(reading, new SessionTracker({ maxSessions: 100 }), () => sessions++);
  } catch (error) {
    if (!(error instanceof AnomalyPredictorError)) throw error;
  }
  return { counts: reading.counts, sessions };
}

function linesIn(log: Uint8Array): number {
  const ended = log.filter((byte) => byte === NEWLINE).length;
  return log.length > 0 && log[log.length - 1] !== NEWLINE ? ended + 1 : ended;
}

describe('a damaged log', () => {
  it('has every line counted once, and every call gives a session', async () => {
    await fc.assert(
      fc.asyncProperty(damagedLogs, async (log) => {
        fc.pre(log[0] !== 0x1f);
        const { counts, sessions } = await readAll(log);
        const { calls, noRequests, duplicates, blankLines, hugeLines, badLines } = counts;
        expect(counts.lines).toBe(linesIn(log));
        expect(calls + noRequests + duplicates + blankLines + hugeLines + badLines).toBe(
          counts.lines,
        );
        expect(sessions).toBe(calls);
        expect([...counts.badByReason.values()].reduce((sum, count) => sum + count, 0)).toBe(
          badLines,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused with a message, also where its gzip is damaged', async () => {
    const packed = gzipSync(LINES.join('').repeat(200));
    const damage = fc.tuple(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length));
    await fc.assert(
      fc.asyncProperty(damage, async ([at, byte, length]) => {
        const log = Buffer.from(packed);
        log[at] = byte;
        const { counts, sessions } = await readAll(log.subarray(0, length));
        expect(sessions).toBe(counts.calls);
        expect(counts.calls).toBeLessThanOrEqual(counts.lines);
      }),
      { numRuns: 200 },
    );
  });
});
