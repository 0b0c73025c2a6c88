import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const data = write('labelled.csv', labelledCsv(60, 40));

async function train(...args: string[]) {
  const out = join(path, args.join('') || 'all');
  mkdirSync(out);
  const done = await runCommand(['train', '--data', data, '--out', out, ...args]);
  return { ...done, out, files: readdirSync(out).sort() };
}

describe('train', () => {
  it('writes the one detector that is asked for, with its model card', async () => {
    const { code, stdout, out, files } = await train('--detector', 'isolation-forest');
    expect(code).toBe(0);
    expect(files).toEqual(['isolation-forest.md', 'isolation-forest.safetensors']);
    const detector = loadDetector(join(out, files[1]));
    expect(detector.model.type).toBe('isolation-forest');
    expect(stdout).toContain(`Isolation Forest, version ${detector.version}, written to`);
    expect(readFileSync(join(out, files[0]), 'utf8')).toContain(detector.version);
    const scored = await runCommand(['evaluate', '--data', data, '--model', join(out, files[1])]);
    expect(scored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ *anomalies +\d/m) });
  });

  it('writes the shipped detectors where none is named', async () => {
    const { code, files } = await train();
    expect(code).toBe(0);
    const names = ['hybrid', 'ocsvm', 'ocsvm-tuned'];
    expect(files).toEqual(names.flatMap((name) => [`${name}.md`, `${name}.safetensors`]).sort());
  });
});
