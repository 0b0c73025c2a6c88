// The page of a replay as people open it: the file, in a real browser.
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renderReplayPage } from '../../src/report/replay-page.js';
import { hasChromium, launchChromium } from '../support/chromium.js';
import { HOSTILE_CLIENT, HOSTILE_ROUTE, replayedTraffic } from '../support/replayed-traffic.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { lowestContrast } from './contrast.js';

const result = replayedTraffic([-0.2, 0.1]);
const { thresholds, total, routes, hours, listed, judgedSessions } = result;
const OWN = thresholds.indexOf(0);
const html = renderReplayPage({ title: 'Replay of <b>a.log', notes: ['a note'], result });

describe('the page of a replay', () => {
  it('shows what stands in a log as text, and gives its script numbers only', () => {
    expect(html).not.toMatch(/<b>a\.log|<img|<svg\/|https?:|<link|@import|<[^>]*\ssrc=/);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    const [, figures] = html.match(/id="figures">([^<]*)</) ?? [];
    expect(figures).not.toMatch(/shopper|alert|GET/);
    expect(JSON.parse(figures)).toMatchObject({ thresholds, total: { blocked: total.blocked } });
  });

  it('lets no script run but its own', () => {
    expect(html).toMatch(/content="default-src 'none'; [^"]*script-src 'sha256-[\w+/]+='"/);
  });
});

describe.skipIf(!hasChromium)('the page of a replay in Chromium (skipped without it)', () => {
  const { write } = temporaryFolder();
  const url = pathToFileURL(write('replay.html', html)).href;
  let browser: Browser;
  /** What no page may do, whatever the test. */
  let incidents: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(() => {
    const seen = incidents;
    incidents = [];
    expect(seen).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function open(options: BrowserContextOptions = {}, at = url): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('request', (request) => {
      if (request.url() !== at) incidents.push(`request ${request.url()}`);
    });
    page.on('pageerror', (error) => incidents.push(String(error)));
    page.on('console', (message) => incidents.push(message.text()));
    page.on('dialog', (dialog) => incidents.push(dialog.message()));
    await page.goto(at);
    return page;
  }

  const slider = (page: Page) => page.getByRole('slider', { name: 'Threshold' });
  const outcome = (page: Page) => page.locator('#outcome').textContent();
  const count = (number: number) => number.toLocaleString('en');

  /** Calls, blocked and flagged of every row. */
  async function figuresOf(page: Page, table: string): Promise<string[][]> {
    const rows = await page.getByRole('region', { name: table }).locator('tbody tr').all();
    return Promise.all(rows.map((row) => row.locator('td').allInnerTexts()));
  }

  it('shows at every place of the slider what the replay counted there', async () => {
    const page = await open();
    for (const at of [0, 7, OWN, thresholds.length - 1]) {
      await slider(page).fill(String(at));
      expect(await page.locator('#value').textContent()).toBe(
        String(thresholds[at]).replace('-', '−'),
      );
      expect(await outcome(page)).toContain(
        `${count(total.blocked[at])} of ${count(total.calls)} calls blocked`,
      );
      expect(await outcome(page)).toContain(
        `${count(total.flagged[at])} of ${count(judgedSessions)} sessions flagged`,
      );
      const expected = (rows: typeof routes | typeof hours) =>
        rows.map(({ calls, blocked, flagged }) => [calls, blocked[at], flagged[at]].map(count));
      expect(await figuresOf(page, 'Table: By route')).toEqual(expected(routes));
      expect(await figuresOf(page, 'Table: By hour, UTC')).toEqual(expected(hours));
      const flagged = await page.locator('[data-session].flagged').count();
      expect(flagged).toBe(total.flagged[at]);
    }
  });

  it('begins at the last threshold asked for, and goes to others by key and by button', async () => {
    const page = await open();
    const asked = thresholds.indexOf(0.1);
    expect(await slider(page).inputValue()).toBe(String(asked));
    await slider(page).press('ArrowLeft');
    expect(await slider(page).getAttribute('aria-valuetext')).toBe(
      String(thresholds[asked - 1]).replace('-', '−'),
    );
    expect(await page.getByRole('status').textContent()).toContain(
      `${count(total.blocked[asked - 1])} of `,
    );
    await page.getByRole('button', { name: 'Threshold 0, the detector’s own' }).click();
    expect(await outcome(page)).toContain('as many as at the detector’s own threshold');
    await page.getByRole('button', { name: 'Threshold −0.2' }).click();
    const fewer = total.flagged[OWN] - total.flagged[thresholds.indexOf(-0.2)];
    expect(await outcome(page)).toContain(`${fewer} fewer than at the detector’s own threshold`);
  });

  it('marks the sessions that flip, and shows them alone', async () => {
    const page = await open();
    const states = () => page.locator('[data-session]:visible .state').allInnerTexts();
    await page.getByRole('button', { name: 'Threshold −0.2' }).click();
    const [flip] = result.flips;
    expect((await states()).filter((state) => state === 'no longer flagged')).toHaveLength(
      flip.noLongerFlagged,
    );
    await page.getByRole('checkbox', { name: /^Only those that flip/ }).check();
    expect(await states()).toEqual(flip.listed.map(() => 'no longer flagged'));
    expect(await page.locator('#listed').textContent()).toBe(
      `Listed: ${count(total.flagged[thresholds.indexOf(-0.2)])} of ` +
        `${count(total.flagged[thresholds.indexOf(-0.2)])} flagged; ${flip.listed.length} flip.`,
    );
    await page.getByRole('button', { name: 'Threshold 0.1' }).click();
    expect(await states()).toEqual(result.flips[1].listed.map(() => 'newly flagged'));
  });

  it('names clients and routes that are markup as they are', async () => {
    const page = await open();
    for (const name of [HOSTILE_CLIENT, HOSTILE_ROUTE]) {
      expect(await page.getByText(name, { exact: true }).count()).toBeGreaterThan(0);
    }
    expect(listed.map(({ client }) => client)).toContain(HOSTILE_CLIENT);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('opens for an empty log', async () => {
    const empty = renderReplayPage({ title: 'Empty', notes: [], result: replayedTraffic([], []) });
    const page = await open({}, pathToFileURL(write('empty.html', empty)).href);
    expect(await outcome(page)).toBe(
      '0 of 0 calls blocked (–), 0 of 0 sessions flagged (–), as many as at the detector’s own threshold.',
    );
  });

  it.each(['light', 'dark'] as const)('has readable contrast in %s', async (colorScheme) => {
    const page = await open({ colorScheme });
    expect(await lowestContrast(page)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([320, 1_200])('fits a screen of %d pixels', async (width) => {
    const page = await open({ viewport: { width, height: 640 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});
