import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { runCommand } from '../support/command-line.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { combinedLog, visitors } from '../support/traffic-log.js';

const { path, write } = temporaryFolder();
const clean = combinedLog(visitors(700, 1));
const log = write('access.log', clean);

function learn(logs: readonly string[], out: string, ...more: readonly string[]) {
  return runCommand(['learn', ...logs, '--target-fpr', '0.02', '--out', join(path, out), ...more]);
}

describe('learn from an access log', () => {
  it('writes a detector that knows its traffic, a report, and what to do next', async () => {
    const { code, stdout, stderr } = await learn([log], 'shop.safetensors');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const file = join(path, 'shop.safetensors');
    const detector = loadDetector(file);
    expect(detector.name).toBe('shop');
    expect(detector.traffic).toEqual({ windowMs: 30 * 60_000, minRequests: 5 });
    expect(detector.metrics).toBeNull();
    expect(detector.profile).toBeDefined();
    const { provenance, calibration } = detector;
    if (provenance.origin !== 'traffic') throw new Error('not learned from traffic');
    expect(provenance.data.files.map((one) => one.file)).toEqual(['access.log']);
    expect(provenance.data.calls).toBe(clean.split('\n').length - 1);
    expect(provenance.data.sessions).toBe(700);
    expect(provenance.split.choosingSessions).toBeGreaterThan(100);
    expect(provenance.split.calibratingSessions).toBe(calibration?.rows);
    expect(calibration).toMatchObject({ unit: 'session', targetFalsePositiveRate: 0.02 });
    expect(calibration?.falsePositiveRate).toBeLessThanOrEqual(0.02);
    expect(stdout).toContain('700 sessions in');
    expect(stdout).toContain(`version ${detector.version}, written to ${file}`);
    expect(stdout).toContain(`anomaly-predictor replay ${log} --model ${file}`);
    const report = readFileSync(join(path, 'shop.html'), 'utf8');
    expect(report).toContain(detector.version);
    const shown = await runCommand(['inspect', file]);
    expect(shown.stdout).toMatch(/Traffic\n +sliding window +30 min/);
    expect(shown.stdout).toMatch(/access\.log +SHA-256 [0-9a-f]{64}/);
  });
});
