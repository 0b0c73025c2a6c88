import { describe, expect, it } from 'vitest';
import { createGuard } from '../../../src/traffic/guard/guard.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';
import { flagsAll } from '../../support/flagging-detectors.js';

describe('metrics of a guard', () => {
  it('are bounded however many routes there are', async () => {
    const guard = createGuard<SampleRequest>({
      detector: flagsAll,
      routeKey: ({ path }) => path,
    });
    for (let i = 0; i < 1_000; i++) await guard.decide(exchangeOf({ path: `/${i}` }));
    const lines = guard.metrics().text.match(/^.*decisions_total\{.*$/gm) ?? [];
    expect(lines).toHaveLength(101);
    expect(lines).toContain(
      'anomaly_predictor_guard_decisions_total{action="would-block",mode="observe",route="other"} 900',
    );
  });

  it('are text that Prometheus reads, with every kind of number', async () => {
    const guard = createGuard<SampleRequest>({ detector: flagsAll, maxSessions: 1 });
    for (const address of ['203.0.113.1', '203.0.113.2', '198.51.100.1']) {
      await guard.decide(exchangeOf({ address }));
    }
    const { contentType, text } = guard.metrics();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const SAMPLE =
      /^anomaly_predictor_guard_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e+-]+$/;
    for (const sample of samples) expect(sample).toMatch(SAMPLE);
    const numbers = samples.map((sample) => sample.replace('anomaly_predictor_guard_', ''));
    expect(numbers).toEqual(
      expect.arrayContaining([
        'reasons_total{reason="unknown client"} 3',
        'decision_seconds_count 3',
        'sessions 1',
        'groups 2',
        'evicted_total{kind="session"} 2',
        'evicted_total{kind="group"} 0',
        'expired_sessions_total 0',
        'time_jumps_total 0',
        'exceptions 0',
      ]),
    );
  });
});
