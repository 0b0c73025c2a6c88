// Fixtures are committed with the script that makes them; they stay in the sources.
import { readFileSync } from 'node:fs';

/** The parsed test/fixtures/`name`; tests run from dist/test/support. */
export function readFixture<Fixture>(name: string): Fixture {
  const url = new URL(`../../../test/fixtures/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Fixture;
}
