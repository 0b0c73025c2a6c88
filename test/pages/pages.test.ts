// The pages as people meet them: the real server, a real browser.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium } from '../support/chromium.js';
import { runServer, type TestServer } from '../support/running-server.js';
import { ANOMALOUS_ROW, forestOver, NORMAL_ROW } from '../support/sample-detectors.js';
import { lowestContrast } from './contrast.js';

describe.skipIf(!hasChromium)('the pages in Chromium (skipped where it is not found)', () => {
  let server: TestServer;
  let browser: Browser;
  const open: Page[] = [];
  /** What no page may do, whatever the test. */
  let incidents: string[] = [];

  beforeAll(async () => {
    server = await runServer({ workers: 0 });
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((page) => page.context().close()));
    const seen = incidents;
    incidents = [];
    expect(seen).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function visit(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    open.push(page);
    page.on('request', (request) => {
      if (!request.url().startsWith(`${server.url}/`)) incidents.push(`request ${request.url()}`);
    });
    page.on('pageerror', (error) => incidents.push(String(error)));
    page.on('console', (message) => {
      // Chromium itself notes that a document came with an error status.
      const isStatus = /status of 4\d\d/.test(message.text());
      if (message.type() === 'error' && !isStatus) incidents.push(message.text());
    });
    await page.goto(server.url);
    return page;
  }

  async function fill(page: Page, row: Readonly<Record<string, number | string>>) {
    for (const [name, value] of Object.entries(row)) {
      const input = page.locator(`[name="${name}"]`);
      if ((await input.count()) === 1) await input.fill(String(value));
      else await page.locator(`[name="${name}"][value="${value}"]`).check();
    }
  }

  /** Clicks and waits for the next page. */
  async function follow(page: Page, role: 'button' | 'link', name: string) {
    const loaded = page.waitForEvent('load');
    await page.getByRole(role, { name }).click();
    await loaded;
  }

  const fillInExample = (page: Page) => follow(page, 'link', 'Fill in an example');
  const submit = (page: Page) => follow(page, 'button', 'Get the verdict');
  const styleOf = (page: Page, selector: string, property: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);
  const verdict = (page: Page) => page.locator('#verdict').textContent();

  it('gives a verdict in two clicks', async () => {
    const page = await visit();
    await fillInExample(page);
    await submit(page);
    expect(await verdict(page)).toBe('Normal');
    expect(await page.title()).toBe('Normal – Anomaly Predictor');
  });

  it('scores what is typed with the detector that is chosen and keeps both for the next try', async () => {
    const page = await visit();
    await page.getByLabel('Detector').selectOption('hybrid');
    await fill(page, ANOMALOUS_ROW);
    await submit(page);
    expect(await verdict(page)).toBe('Anomaly');
    expect(await page.getByRole('meter', { name: 'Risk' }).getAttribute('value')).toBe('0.950');
    expect(await page.getByLabel('Detector').inputValue()).toBe('hybrid');
    expect(await page.getByLabel('Users (count)').inputValue()).toBe('1');

    await fill(page, NORMAL_ROW);
    await submit(page);
    expect(await verdict(page)).toBe('Normal');
  });

  it('shows each mistake beside its field and leads there from the top', async () => {
    const page = await visit();
    await fill(page, { ...NORMAL_ROW, num_users: '<b>many</b>', num_sessions: '1e999' });
    await page.getByLabel('Unique APIs').fill('');
    await submit(page);

    const users = page.getByLabel('Users (count)');
    expect(await users.inputValue()).toBe('<b>many</b>');
    expect(await users.getAttribute('aria-invalid')).toBe('true');
    const [problemId] = (await users.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const problem = page.locator(`#${problemId}`);
    expect(await problem.textContent()).toBe('expected a number such as 220, got "<b>many</b>"');
    const [field, message] = [await users.boundingBox(), await problem.boundingBox()];
    expect((message?.y ?? 0) - (field?.y ?? 0) - (field?.height ?? 0)).toBeLessThan(20);

    const summary = page.getByRole('alert');
    expect(await summary.getByRole('link').allTextContents()).toEqual([
      'Sessions: expected a finite number such as 290, got "1e999"',
      'Users: expected a number such as 220, got "<b>many</b>"',
      'Unique APIs: missing, expected a number such as 70',
    ]);
    await summary.getByRole('link', { name: 'Users' }).click();
    expect(await page.locator(':focus').getAttribute('name')).toBe('num_users');
  });

  it('tells a reader of the screen what each value contributes', async () => {
    for (const width of [1_100, 320]) {
      const page = await visit({ viewport: { width, height: 800 } });
      await fill(page, ANOMALOUS_ROW);
      await submit(page);
      const table = page.getByRole('table', { name: 'What each value contributes to the score' });
      const titles = await table.getByRole('columnheader').allTextContents();
      expect(titles).toEqual(['Feature', 'Value', 'Normal range', 'Contribution']);
      const line = table.getByRole('row', { name: /^Users \(count\) 1 .*−[\d.]+ for an anomaly$/ });
      expect(await line.getByRole('cell').count()).toBe(3);
      const bar = await table.locator('svg').first().boundingBox();
      expect(bar?.width).toBeGreaterThan(40);
    }
  });

  it('can be used with the keyboard alone', async () => {
    const page = await visit();
    const keys = page.keyboard;
    await page.getByLabel('Detector').focus();
    for (const [name, value] of Object.entries(NORMAL_ROW)) {
      await keys.press('Tab');
      const focused = page.locator(':focus');
      expect(await focused.getAttribute('name')).toBe(name);
      expect(await styleOf(page, ':focus', 'outlineStyle')).toBe('solid');
      if ((await focused.getAttribute('type')) === 'text') await keys.type(String(value));
      else await keys.press(value === 1 ? 'Space' : 'ArrowRight');
    }
    const loaded = page.waitForEvent('load');
    await keys.press('Enter');
    await loaded;
    expect(await verdict(page)).toBe('Normal');
  });

  it('starts at the mistakes after a form that has some', async () => {
    const page = await visit();
    await submit(page);
    await page.locator('[role=alert]:focus').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toContain('Time between API calls: missing');
    await page.keyboard.press('Enter');
    await page.waitForURL('**#field-0');
    await page.keyboard.type('0.001');
    expect(await page.getByLabel('Time between API calls').inputValue()).toBe('0.001');
  });

  it('works without JavaScript', async () => {
    const page = await visit({ javaScriptEnabled: false });
    await fillInExample(page);
    await page.getByLabel('Sessions (count)').fill('none');
    await submit(page);
    expect(await page.getByRole('alert').getByRole('link').count()).toBe(1);
    await page.getByLabel('Sessions (count)').fill('290');
    await submit(page);
    expect(await verdict(page)).toBe('Normal');
  });

  it('fits a phone', async () => {
    const page = await visit({ viewport: { width: 320, height: 640 } });
    const width = () => page.evaluate('document.documentElement.scrollWidth');
    expect(await width()).toBe(320);
    await fill(page, { ...NORMAL_ROW, vsession_duration: '-1.7976931348623157e308' });
    await submit(page);
    expect(await verdict(page)).toBe('Anomaly');
    expect(await width()).toBe(320);
    await page.getByLabel('Users (count)').fill('x'.repeat(200));
    await submit(page);
    expect(await page.getByRole('alert').count()).toBe(1);
    expect(await width()).toBe(320);
  });

  it('follows the setting for light and dark', async () => {
    const background = async (colorScheme: 'light' | 'dark') => {
      const page = await visit({ colorScheme });
      return styleOf(page, 'body', 'backgroundColor');
    };
    expect(await background('light')).not.toBe(await background('dark'));
  });

  it.each(['light', 'dark'] as const)('has readable contrast in %s', async (colorScheme) => {
    const page = await visit({ colorScheme });
    const contrasts = [await lowestContrast(page)];
    await submit(page);
    contrasts.push(await lowestContrast(page));
    for (const row of [NORMAL_ROW, ANOMALOUS_ROW]) {
      await fill(page, row);
      await submit(page);
      contrasts.push(await lowestContrast(page));
    }
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
  });

  describe('of detectors with other schemas, uploaded while the page is open,', () => {
    const ODD = ['a b', '"q\'<b>', 'model', 'x\ny', '__proto__', 'a&b=c', 'x'.repeat(100)];
    const others = [
      forestOver(
        'odd',
        ODD.map((name) => ({ name })),
      ),
      forestOver('one', [{ name: 'only', title: 'The only one', kind: 'flag' }], { metrics: null }),
      forestOver(
        'wide',
        Array.from({ length: 300 }, () => ({})),
      ),
    ];
    beforeAll(async () => {
      for (const { name, bytes } of others) {
        await server.request(`/v1/models?name=${name}`, { body: Uint8Array.from(bytes) });
      }
    });
    afterAll(async () => {
      for (const { name } of others) {
        await server.request(`/v1/models/${name}`, { method: 'DELETE' });
      }
    });

    const choose = async (page: Page, name: string) => {
      await page.getByLabel('Detector', { exact: true }).selectOption(name);
      await follow(page, 'button', "Show the chosen detector's fields");
    };

    it.each([1_200, 320])('the forms fit and score on a screen of %d pixels', async (width) => {
      const page = await visit({ viewport: { width, height: 640 } });
      for (const { name, title, schema } of others) {
        const loaded = page.waitForEvent('load');
        await page.getByRole('link', { name: title, exact: true }).click();
        await loaded;
        await page.locator('li:has([aria-current]) summary').click();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        await fillInExample(page);
        await submit(page);
        expect([name, await verdict(page)]).toEqual([name, 'Normal']);
        expect(await page.locator('.outcome td').count()).toBe(schema.features.length);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
    });

    it('each lead to the others, with what was typed where the fields are the same', async () => {
      const page = await visit();
      await choose(page, 'wide');
      expect(await page.getByRole('textbox').count()).toBe(300);
      await page.locator('[name="x0"]').fill('7');
      await submit(page);
      expect(await page.getByRole('alert').getByRole('link').count()).toBe(299);
      await choose(page, 'one');
      expect(await page.getByRole('radiogroup', { name: 'The only one' }).count()).toBe(1);
      await choose(page, 'odd');
      await page.getByLabel('model', { exact: true }).fill('many');
      await submit(page);
      expect(await page.getByRole('alert').getByRole('link').nth(2).textContent()).toBe(
        'model: expected a number such as 0, got "many"',
      );
    });
  });
});
