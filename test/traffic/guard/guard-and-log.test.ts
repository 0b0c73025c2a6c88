import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { clientAddress, firstOf, tokenClaim } from '../../../src/traffic/guard/client-keys.js';
import { createGuard } from '../../../src/traffic/guard/guard.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { createJudge } from '../../../src/traffic/judge.js';
import { followLog } from '../../../src/traffic/logs/follow-log.js';
import { readLogs } from '../../../src/traffic/logs/read-logs.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';
import { sampleOneClassSvm } from '../../support/sample-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { jsonLine, type WrittenCall } from '../../support/write-log.js';

const folder = temporaryFolder();
const detector = sampleOneClassSvm();
const defaultKey = firstOf<SampleRequest>(tokenClaim('sub'), clientAddress());
const START_MS = Date.UTC(2026, 0, 1);

const streams = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 400_000 }),
    address: fc.constantFrom('203.0.113.7', '203.0.113.8', '10.0.0.1', '2001:db8::1'),
    user: fc.constantFrom('', 'ada', 'bob'),
    method: fc.constantFrom('GET', 'POST', 'HEAD'),
    path: fc.constantFrom('/', '/a?b=1', '/A', '/orders/17', '/orders/18?x', '/x/../a'),
    status: fc.constantFrom(200, 404, 503),
    durationMs: fc.constantFrom(1, 250),
  }),
  { minLength: 1, maxLength: 40 },
);

interface Seen {
  readonly client: string;
  readonly route: string;
  readonly prediction: string | undefined;
  readonly score: number;
  readonly row: readonly number[];
}

async function seenByGuard(
  calls: readonly WrittenCall[],
  sessionKey: NonNullable<GuardOptions<SampleRequest>['sessionKey']>,
): Promise<Seen[]> {
  let nowMs = 0;
  const guard = createGuard<SampleRequest>({
    detector,
    minRequests: 2,
    sessionKey,
    source: () => 'F',
    maxSessions: 100,
    now: () => nowMs,
  });
  const seen: Seen[] = [];
  for (const { timeMs, user, status, durationMs, ...request } of calls) {
    nowMs = timeMs;
    const ruling = await guard.decide(
      exchangeOf({ ...request, ...(user !== '' && { claims: { sub: user } }) }),
    );
    guard.answered(ruling, status, durationMs);
    const { client = '', route = '', prediction, score = 0, behaviour } = ruling.decision ?? {};
    seen.push({ client, route, prediction, score, row: Object.values(behaviour ?? {}) });
  }
  return seen;
}

async function seenInLog(calls: readonly WrittenCall[], sessionKey: string): Promise<Seen[]> {
  const path = folder.write('access.log', calls.map(jsonLine).join(''));
  const judge = createJudge(detector, plainKernels, { minRequests: 2 });
  const seen: Seen[] = [];
  const tracker = new SessionTracker({ maxSessions: 100 });
  await followLog(
    readLogs([path], { source: 'F', sessionKey }),
    tracker,
    (session, { client, route }) => {
      const { prediction, score, row } = judge(session, 0);
      seen.push({ client, route, prediction, score, row: [...row] });
    },
  );
  return seen;
}

it.each([
  ['by address', clientAddress(), 'address'],
  ['by the subject of their tokens, else by address', defaultKey, 'user'],
])(
  'a guard sees in requests what the same requests are in a log, clients told apart %s',
  async (_, inGuard, inLog) => {
    await fc.assert(
      fc.asyncProperty(streams, async (stream) => {
        let timeMs = START_MS;
        const calls = stream.map(({ gapMs, ...rest }): WrittenCall => {
          timeMs += gapMs;
          return { ...rest, timeMs };
        });
        const [live, logged] = [await seenByGuard(calls, inGuard), await seenInLog(calls, inLog)];
        const scores = ({ score }: Seen) => score;
        expect(live.map(({ score: _, ...rest }) => rest)).toEqual(
          logged.map(({ score: _, ...rest }) => rest),
        );
        for (const [i, score] of live.map(scores).entries()) {
          if (Number.isNaN(score)) expect(logged[i].score).toBeNaN();
          else expect(score).toBeCloseTo(logged[i].score, 12);
        }
      }),
      { numRuns: 30 },
    );
  },
);
