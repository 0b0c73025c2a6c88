// Reports as people open them: the file, in a real browser.
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { evaluationReport } from '../../src/report/evaluation-report.js';
import { writeReport } from '../../src/report/write-report.js';
import { readDataset } from '../../src/training/dataset.js';
import { judgingRows } from '../../src/training/unseen-rows.js';
import { hasChromium, launchChromium } from '../support/chromium.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { sampleForest } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { lowestContrast } from './contrast.js';

describe.skipIf(!hasChromium)('a report in Chromium (skipped where it is not found)', () => {
  const { path, write } = temporaryFolder();
  let browser: Browser;
  let url: string;
  /** What no report may do, whatever the test. */
  let incidents: string[] = [];

  beforeAll(async () => {
    const detector = sampleForest();
    const dataset = await readDataset(write('data.csv', labelledCsv(120, 60)), detector.encoder);
    const report = evaluationReport(detector, dataset, judgingRows(detector, dataset), [
      'no drift',
    ]);
    url = pathToFileURL(writeReport(report, path, 'evaluation.html')).href;
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

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('request', (request) => {
      if (request.url() !== url) incidents.push(`request ${request.url()}`);
    });
    page.on('pageerror', (error) => incidents.push(String(error)));
    page.on('console', (message) => incidents.push(message.text()));
    await page.goto(url);
    return page;
  }

  it('shows every chart with lines or areas in it, and a name and words for who cannot see it', async () => {
    const page = await open();
    const charts = page.getByRole('img');
    expect(await charts.count()).toBeGreaterThan(15);
    for (const chart of await charts.all()) {
      const box = await chart.boundingBox();
      expect(box?.width).toBeGreaterThan(300);
      expect(await chart.locator('path').count()).toBeGreaterThan(5);
    }
    expect(await page.getByRole('img', { name: /^ROC curve Area under the curve/ }).count()).toBe(
      1,
    );
  });

  it('opens the figures of a chart as a table', async () => {
    const page = await open();
    const table = page.getByRole('region', { name: 'Table: Confusion matrix' });
    expect(await table.isVisible()).toBe(false);
    await page.getByText('The figures of: Confusion matrix').click();
    expect(await table.getByRole('row', { name: /^anomalies 66 0$/ }).isVisible()).toBe(true);
  });

  it.each(['light', 'dark'] as const)('has readable contrast in %s', async (colorScheme) => {
    const page = await open({ colorScheme });
    expect(await lowestContrast(page)).toBeGreaterThanOrEqual(4.5);
    const colours = await page.evaluate(
      `[...document.querySelectorAll('svg text')].map((text) => getComputedStyle(text).fill)`,
    );
    const expected = colorScheme === 'light' ? 'rgb(27, 36, 48)' : 'rgb(230, 235, 241)';
    expect(colours).toContain(expected);
    expect(colours).not.toContain('rgb(0, 0, 0)');
  });

  it.each([320, 1_200])('fits a screen of %d pixels', async (width) => {
    const page = await open({ viewport: { width, height: 640 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it('is dark on white on paper, whatever the screen is like', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe('rgb(255, 255, 255)');
    expect(await lowestContrast(page)).toBeGreaterThanOrEqual(4.5);
    expect(await page.locator('summary').first().isVisible()).toBe(false);
  });
});
