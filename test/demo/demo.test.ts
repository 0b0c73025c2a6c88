// What the demo requires of the product, over several runs without HTTP, and that HTTP changes nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionsOf } from '../../demo/actions.js';
import { CLEAN, dayOf } from '../../demo/days.js';
import { findingsOf, findingsTable, joinFindings, shortfalls } from '../../demo/findings.js';
import { enforce, observe, writeLog } from '../../demo/loop.js';
import { runWithoutHttp, type ShortRun } from '../../demo/short-run.js';
import { loadDetector } from '../../src/model/detector-store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SEEDS = [11, 12];
const SHORT_DAY = { hours: 0.2, attackersPerKind: 3 };

describe('the demo', () => {
  const folder = temporaryFolder();
  let runs: ShortRun[];

  beforeAll(async () => {
    runs = await Promise.all(SEEDS.map((seed) => runWithoutHttp(seed, folder.path)));
  }, 180_000);

  it('flags 95 % of each attack within 30 requests, and no more than 1 % of the customers', () => {
    const findings = joinFindings(runs.map((run) => run.findings));
    expect(shortfalls(findings)).toEqual([]);
    expect(findings.get('scraper')?.sessions).toBe(SEEDS.length * 40);
  });

  it('says which attacks were not seen, and how many customers were refused', () => {
    const [{ requests }] = runs;
    const seesNothing = findingsOf(requests, Array(requests.length).fill('allow'));
    expect(shortfalls(seesNothing)).toEqual([
      expect.stringContaining('0.0 % of scraper sessions'),
      expect.stringContaining('0.0 % of stuffing sessions'),
      expect.stringContaining('0.0 % of enumeration sessions'),
      expect.stringContaining('0.0 % of flood sessions'),
    ]);
    const refusesAll = findingsOf(requests, Array(requests.length).fill('block'));
    expect(shortfalls(refusesAll)).toEqual([
      '100.0 % of normal sessions were flagged, more than 1.0 %',
    ]);
    expect(findingsTable(refusesAll)).toMatch(/slow-bot +12 +100\.0 % +100\.0 % +1 +100\.0 %/);
  });

  it('refuses over HTTP the very requests that it refuses without', async () => {
    const requests = dayOf(11, 'today', SHORT_DAY);
    const { actions, refused } = await enforce(requests, runs[0].detector);
    expect(actions).toEqual(actionsOf(requests, loadDetector(runs[0].detector)));
    expect(refused).toBeGreaterThan(100);
  });

  it('changes no reply while it observes, and logs every request', async () => {
    const requests = dayOf(11, 'clean', { ...CLEAN, hours: SHORT_DAY.hours });
    const [log, expected] = ['shop.log', 'expected.log'].map((name) => join(folder.path, name));
    await observe(requests, runs[0].detector, log);
    await writeLog(requests, expected);
    expect(sortedLines(log)).toEqual(sortedLines(expected));
  });
});

/** Lines come in the order in which replies end. */
function sortedLines(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n').sort();
}
