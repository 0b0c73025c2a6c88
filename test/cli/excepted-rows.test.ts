import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import { NORMAL_ROW } from '../support/sample-detectors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { combinedLog, visitors } from '../support/traffic-log.js';

const { path, write } = temporaryFolder();
const log = write('access.log', combinedLog(visitors(400, 1)));

async function learn(name: string, ...more: readonly string[]) {
  const out = join(path, name);
  const run = await runCommand([
    'learn',
    log,
    '--method',
    'isolation-forest',
    '--out',
    out,
    ...more,
  ]);
  return { ...run, out };
}

async function trainedOn(name: string, ...more: readonly string[]) {
  const { code, stdout, out } = await learn(name, ...more);
  expect(code).toBe(0);
  const { provenance } = loadDetector(out);
  if (provenance.origin !== 'traffic') throw new Error('not learned from traffic');
  const files = provenance.data.files.map(({ file }) => file);
  return { rows: provenance.split.trainingRows, files, stdout };
}

it('learn trains with the behaviours that exceptions call normal, also expired ones', async () => {
  const times = { from: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' };
  const about = { client: '203.0.113.7', route: 'GET /', reason: 'x', label: 'normal', ...times };
  const behaviour = NORMAL_ROW;
  const lines = [{ ...about, behaviour }, { ...about, behaviour }, about];
  const exceptions = write('e.ndjson', lines.map((one) => JSON.stringify(one)).join('\n'));
  const without = await trainedOn('without.safetensors');
  const told = await trainedOn('told.safetensors', '--exceptions', exceptions);
  expect(told.rows).toBe(without.rows + 2);
  expect(told.files).toEqual(['access.log', 'e.ndjson']);
  expect(told.stdout).toContain('2 exceptions trained as normal, 1 other without its features');
});

it('learn names exceptions that it cannot read', async () => {
  const missing = await learn('x.safetensors', '--exceptions', join(path, 'none'));
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('there is no such file');
  const broken = await learn('x.safetensors', '--exceptions', write('b.ndjson', '{"client": 1}'));
  expect(broken.stderr).toContain('b.ndjson: line 1: exception.client expected string, got 1');
});
