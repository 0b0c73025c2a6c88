// Headless Chromium, where the machine has one.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM_PATH = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Under CI a missing Chromium must fail the tests that need it rather than skip them. */
export const hasChromium = process.env.CI === 'true' || existsSync(CHROMIUM_PATH);

/** The arguments keep it from talking to anyone but the server under test. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
