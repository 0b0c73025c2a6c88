import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { collectGarbage } from '../../../src/engine/collect-garbage.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { createGuard, type Guard } from '../../../src/traffic/guard/guard.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';
import { flagsAll, flagsNone } from '../../support/flagging-detectors.js';
import { forestOver, sampleOneClassSvm } from '../../support/sample-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

type Options = Partial<GuardOptions<SampleRequest>>;

const guards: Guard<SampleRequest>[] = [];

afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
});

function guardWith(options: Options = {}): Guard<SampleRequest> {
  const guard = createGuard<SampleRequest>({
    detector: flagsAll,
    minRequests: 2,
    maxBlockedShare: 1,
    ...options,
  });
  guards.push(guard);
  return guard;
}

async function decide(guard: Guard<SampleRequest>, request: SampleRequest = {}): Promise<Decision> {
  const { decision } = await guard.decide(exchangeOf(request));
  return decision as Decision;
}

/** Decisions about `count` calls. */
async function decisionsOf(guard: Guard<SampleRequest>, count: number, request?: SampleRequest) {
  const decisions: Decision[] = [];
  for (let call = 0; call < count; call++) decisions.push(await decide(guard, request));
  return decisions;
}

describe('a client', () => {
  it('is unknown and allowed until it has made enough calls, never normal', async () => {
    const guard = guardWith({ mode: 'enforce', minRequests: 3 });
    const decisions = await decisionsOf(guard, 4);
    expect(decisions.map(({ action, prediction }) => [action, prediction])).toEqual([
      ['allow', 'unknown'],
      ['allow', 'unknown'],
      ['block', 'anomaly'],
      ['block', 'anomaly'],
    ]);
    expect(decisions[0]).toMatchObject({ reason: 'unknown client', score: Number.NaN });
  });

  it('is recorded also where it is blocked', async () => {
    const guard = guardWith({ mode: 'enforce' });
    const decisions = await decisionsOf(guard, 5);
    expect(decisions.at(-1)).toMatchObject({ action: 'block', behaviour: { sequence_length: 5 } });
  });

  it('is not recorded where skip says so', async () => {
    const guard = guardWith({ skip: ({ path }) => path === '/healthz' });
    const skipped = await decisionsOf(guard, 3, { path: '/healthz' });
    expect(skipped.map(({ action, reason }) => [action, reason])).toEqual(
      skipped.map(() => ['skip', 'skipped by skip']),
    );
    expect(await decide(guard)).toMatchObject({ reason: 'unknown client' });
    expect(guard.metrics().text).toContain('guard_sessions 1\n');
  });

  it('is the token that was verified rather than the address, and the same from everywhere', async () => {
    const guard = guardWith();
    const claims = { sub: 'alice' };
    await decide(guard, { claims, address: '198.51.100.1' });
    const decision = await decide(guard, { claims, address: '203.0.113.200' });
    expect(decision).toMatchObject({ client: 'sub:alice', action: 'would-block' });
  });

  it('has a key of bounded length, whatever its token holds', async () => {
    const { client } = await decide(guardWith(), { claims: { sub: 'x'.repeat(100_000) } });
    expect(client).toMatch(/^sha256:.{22}$/);
  });
});

describe('the threshold', () => {
  it('may be a function of the request', async () => {
    const guard = guardWith({
      detector: flagsNone,
      mode: 'enforce',
      threshold: ({ path }) => (path === '/login' ? 1 : 0.5),
    });
    await decide(guard);
    expect(await decide(guard, { path: '/login' })).toMatchObject({
      action: 'block',
      threshold: 1,
    });
    expect(await decide(guard)).toMatchObject({ action: 'allow', threshold: 0.5, score: 1 });
  });
});

describe('the mode', () => {
  it('may be a function of request and route', async () => {
    const guard = guardWith({
      mode: (_, route) => (route === 'GET /products/:id' ? 'enforce' : 'observe'),
    });
    await decide(guard);
    expect(await decide(guard)).toMatchObject({ action: 'block' });
    expect(await decide(guard, { path: '/cart' })).toMatchObject({ action: 'would-block' });
  });

  it('of a table goes by the most that it says of a request', async () => {
    const mode = { 'GET /users/:user': 'observe', GET: 'enforce', '*': 'observe' } as const;
    const guard = guardWith({ mode });
    const modeOf = async (method: string, path: string) =>
      (await decide(guard, { method, path })).mode;
    expect(await modeOf('GET', '/users/12')).toBe('observe');
    expect(await modeOf('GET', '/orders/12')).toBe('enforce');
    expect(await modeOf('HEAD', '/orders/12')).toBe('enforce');
    expect(await modeOf('HEAD', '/users/12')).toBe('observe');
    expect(await modeOf('POST', '/orders/12')).toBe('observe');
  });

  it('of a route is that of all its paths, also of those that look like routes of their own', async () => {
    const mode = {
      'GET /posts/:slug': 'enforce',
      'GET /admin/*': 'enforce',
      'GET /admin/health': 'observe',
    } as const;
    const guard = guardWith({ mode });
    const modeOf = async (method: string, path: string) =>
      (await decide(guard, { method, path })).mode;
    expect(await modeOf('GET', '/posts/hello?page=2')).toBe('enforce');
    expect(await modeOf('HEAD', '/posts/hello')).toBe('enforce');
    expect(await modeOf('GET', '/Posts/Hello')).toBe('enforce');
    expect(await modeOf('GET', '/admin/users/list')).toBe('enforce');
    expect(await modeOf('GET', '/admin/health')).toBe('observe');
    expect(await modeOf('POST', '/posts/hello')).toBe('observe');
    expect(await modeOf('GET', '/posts')).toBe('observe');
  });

  it.each([
    '/Login',
    '/login/',
    '//login',
    '//LOGIN',
    '/%6Cogin?x=1',
    '/x/../login',
    '/./login',
    '/x/..\\\\login',
    'http://a/LOGIN',
  ])('of a route is that of all ways to write its path: %s', async (path) => {
    const guard = guardWith({ mode: { 'POST /login': 'enforce' } });
    expect(await decide(guard, { method: 'POST', path })).toMatchObject({ mode: 'enforce' });
  });

  it.each(['/%', '/%ff', '/LOGOUT', '/login2', 'http://[', '*', ''])(
    'of a route is not that of others: %j',
    async (path) => {
      const guard = guardWith({ mode: { 'POST /login': 'enforce' } });
      expect(await decide(guard, { method: 'POST', path })).toMatchObject({ mode: 'observe' });
    },
  );

  it('refuses OPTIONS only where they are named', async () => {
    const modeOf = async (mode: Options['mode'] & {}) =>
      (await decide(guardWith({ mode }), { method: 'OPTIONS' })).mode;
    expect(await modeOf('enforce')).toBe('observe');
    expect(await modeOf({ '*': 'enforce' })).toBe('observe');
    expect(await modeOf({ OPTIONS: 'enforce' })).toBe('enforce');
    expect(await modeOf({ 'OPTIONS /products/:id': 'enforce' })).toBe('enforce');
  });

  it('goes by the names of routeKey where there is one', async () => {
    const guard = guardWith({ routeKey: ({ path }) => path?.slice(1), mode: { cart: 'enforce' } });
    expect(await decide(guard, { path: '/cart' })).toMatchObject({
      mode: 'enforce',
      route: 'cart',
    });
    expect(await decide(guard, { path: '/pay' })).toMatchObject({ mode: 'observe' });
  });
});

describe('what is asynchronous', () => {
  it('is waited for in each of the functions, and leads to the same decision', async () => {
    const guard = guardWith({
      mode: 'enforce',
      skip: async () => false,
      sessionKey: async () => 'alice',
      userKey: async () => 'alice',
      routeKey: async () => 'a route',
      source: async () => 'F',
      threshold: async () => 0.25,
    });
    const [, decision] = await decisionsOf(guard, 2);
    expect(decision).toMatchObject({
      action: 'block',
      client: 'alice',
      route: 'a route',
      threshold: 0.25,
    });
  });

  it('is not waited for where all is there: the ruling is no promise', () => {
    const ruling = guardWith({ mode: 'enforce' }).decide(exchangeOf());
    expect(ruling).not.toHaveProperty('then');
    expect(ruling).toMatchObject({ decision: { action: 'allow' } });
  });

  it('names what took too long', async () => {
    const userKey = () => delay(20_000, 'late', { ref: false });
    const guard = guardWith({ mode: 'enforce', timeoutMs: 5, userKey });
    const decision = await decide(guard);
    expect(decision).toMatchObject({ action: 'error', reason: 'timeout' });
    expect(String(decision.error)).toContain('userKey took longer than 5 ms');
    expect(guard.metrics().text).toContain('errors_total{kind="timeout"} 1');
  });

  it('counts a call also where its client is known only after time limit and reply', async () => {
    const sessionKey = () => delay(40, 'alice');
    const guard = guardWith({ timeoutMs: 5, sessionKey });
    guard.answered(await guard.decide(exchangeOf()), 200, 1);
    await delay(20);
    expect(guard.metrics().text).toContain('errors_total{kind="timeout"} 1');
    await expect.poll(() => guard.metrics().text).toContain('guard_sessions 1\n');
  });

  it('answers of observed requests are recorded although their decision comes later', async () => {
    const statuses: number[] = [];
    class Observed extends SessionTracker {
      override answered(answer: Parameters<SessionTracker['answered']>[0]): void {
        statuses.push(answer.status);
      }
    }
    const guard = guardWith({ sessionKey: async () => 'alice', store: new Observed() });
    const ruling = await guard.decide(exchangeOf());
    expect(ruling.decision).toBeUndefined();
    guard.answered(ruling, 404, 1);
    expect(statuses).toEqual([]);
    await expect.poll(() => statuses).toEqual([404]);
  });
});

describe('a failure', () => {
  const throwing = () => {
    throw new Error('by the test');
  };

  it.each(['routeKey', 'skip', 'sessionKey', 'userKey', 'source', 'threshold', 'now'] as const)(
    'in %s is named, counted and passed to onDecision',
    async (name) => {
      const told: Decision[] = [];
      const onDecision = (decision: Decision) => told.push(decision);
      const guard = guardWith({ [name]: throwing, mode: 'enforce', onDecision });
      const decision = await decide(guard);
      expect(decision).toMatchObject({ action: 'error', reason: name, refused: false });
      expect(decision.error).toEqual(new Error('by the test'));
      expect(told).toEqual([decision]);
    },
  );

  it('is answered by 503 where failures are denied, but in the mode itself and in observe mode', async () => {
    const refusalOf = async (options: Options) =>
      (await guardWith({ onError: 'deny', ...options }).decide(exchangeOf())).refusal?.status;
    expect(await refusalOf({ mode: 'enforce', sessionKey: throwing })).toBe(503);
    expect(await refusalOf({ mode: 'enforce', routeKey: throwing })).toBe(503);
    expect(await refusalOf({ mode: 'enforce', now: throwing })).toBe(503);
    expect(await refusalOf({ mode: throwing })).toBeUndefined();
    expect(await refusalOf({ mode: 'observe', sessionKey: throwing })).toBeUndefined();
  });

  it('of onDecision is counted, whether it throws or rejects', async () => {
    const guard = guardWith({ onDecision: throwing });
    await decide(guard);
    const rejecting = guardWith({ onDecision: async () => throwing() });
    await decide(rejecting);
    for (const { metrics } of [guard, rejecting]) {
      await expect.poll(() => metrics().text).toContain('errors_total{kind="onDecision"} 1');
    }
  });
});

describe('a decision', () => {
  it('explains itself: contributions add up to the score less the baseline', async () => {
    const guard = guardWith({ detector: sampleOneClassSvm() });
    const [, decision] = await decisionsOf(guard, 2);
    expect(decision.action).toBe('would-block');
    const { explanation } = decision;
    const sum = explanation?.contributions.reduce((total, part) => total + part, 0) ?? Number.NaN;
    expect(sum + (explanation?.baseline ?? 0)).toBeCloseTo(decision.score, 12);
    expect(await decision.explain()).toBe(explanation);
  });

  it('names the features that are out of the training range, also where it allows', async () => {
    // Its training rows have a source of 1 to 3.
    const [, decision] = await decisionsOf(guardWith({ detector: flagsNone }), 2);
    expect(decision).toMatchObject({ action: 'allow', outOfRange: ['source_F'] });
    expect(JSON.parse(JSON.stringify(decision)).outOfRange).toEqual(['source_F']);
    const [, other] = await decisionsOf(guardWith({ detector: sampleOneClassSvm() }), 2);
    expect(other.outOfRange).toEqual([]);
    expect(JSON.parse(JSON.stringify(other))).not.toHaveProperty('outOfRange');
  });

  it('is not explained where nothing is flagged', async () => {
    const guard = guardWith({ detector: flagsNone });
    const [, decision] = await decisionsOf(guard, 2);
    expect(decision).toMatchObject({ action: 'allow', explanation: undefined });
  });

  it('of a remote detector is explained by it', async () => {
    const { name, version, schema, traffic } = flagsAll;
    const explained = { method: 'tree-shap', baseline: 0 } as never;
    const model = {
      name,
      version,
      schema,
      traffic,
      score: async () => -3,
      explain: async () => explained,
    };
    const detector = { model: async () => model, close() {} };
    const guard = guardWith({ detector, mode: 'enforce' });
    const [unknown, decision] = await decisionsOf(guard, 2);
    expect(unknown).toMatchObject({ prediction: 'unknown' });
    expect(decision).toMatchObject({ action: 'block', score: -3, explanation: undefined });
    expect(decision.detector).toBe(`flags-all@${version}`);
    expect(await decision.explain()).toBe(explained);
  });

  it('can be logged as JSON, with what each feature contributed', async () => {
    const [, decision] = await decisionsOf(guardWith(), 2);
    expect(JSON.parse(JSON.stringify(decision))).toMatchObject({
      action: 'would-block',
      client: '203.0.113.7',
      route: 'GET /products/:id',
      score: -1,
      behaviour: { sequence_length: 2 },
      contributions: { sequence_length: expect.any(Number) },
    });
  });

  it('is one for a request that passes the guard again, also where the request keeps no decision', async () => {
    const decisions: Decision[] = [];
    const guard = guardWith({ onDecision: (made) => decisions.push(made) });
    const exchange = exchangeOf();
    Object.defineProperty(exchange.request, 'anomalyDecision', { get: () => undefined, set() {} });
    const rulings = [await guard.decide(exchange), await guard.decide(exchange)];
    guard.answered(rulings[0], 200, 1);
    rulings.push(await guard.decide(exchange));
    expect(new Set(rulings).size).toBe(1);
    expect(decisions).toHaveLength(1);
  });

  it('waits for the refusal of its own handler, however often it is asked', async () => {
    const handler = async () => ({ status: 429, body: 'later' });
    const guard = guardWith({ mode: 'enforce', minRequests: 2, handler });
    await decide(guard);
    const exchange = exchangeOf();
    const rulings = await Promise.all([guard.decide(exchange), guard.decide(exchange)]);
    expect(rulings.map(({ refusal }) => refusal?.status)).toEqual([429, 429]);
  });

  it('has one request id, the own one of the request where that is sane', async () => {
    const guard = guardWith();
    const given = await decide(guard, { headers: { 'x-request-id': 'abc-1' } });
    expect(given.requestId).toBe('abc-1');
    const made = await decide(guard, { headers: { 'x-request-id': 'a\nb' } });
    expect(made.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.requestId).toBe(made.requestId);
    expect(JSON.parse(JSON.stringify(made)).requestId).toBe(made.requestId);
  });

  it.each([
    ['at once', {}],
    ['later', { sessionKey: async () => 'alice' }],
  ])(
    'that is made %s keeps nothing of its request once the reply has ended',
    async (_, options) => {
      const decisions: Decision[] = [];
      const guard = guardWith({ ...options, onDecision: (made) => decisions.push(made) });
      const requests: WeakRef<SampleRequest>[] = [];
      for (let i = 0; i < 20; i++) {
        const exchange = exchangeOf();
        requests.push(new WeakRef(exchange.request));
        guard.answered(await guard.decide(exchange), 200, 1);
      }
      await expect.poll(() => decisions).toHaveLength(20);
      await delay(1);
      collectGarbage();
      // The last one may still lie on the stack.
      const kept = requests.filter((request) => request.deref() !== undefined);
      expect(kept.length).toBeLessThanOrEqual(1);
    },
  );

  it('stays as it is when others follow', async () => {
    const [, first] = await decisionsOf(guardWith(), 5);
    expect(first.behaviour).toEqual({ sequence_length: 2 });
  });
});

describe('a detector that was learned from traffic', () => {
  const traffic = { windowMs: 60_000, minRequests: 3 };
  const learned = forestOver('learned', flagsAll.schema.features, { traffic });

  it('is asked as it was learned: after as many calls, over the same window', async () => {
    let nowMs = 1e12;
    const guard = createGuard<SampleRequest>({ detector: learned, now: () => nowMs });
    guards.push(guard);
    const before = await decisionsOf(guard, 3);
    expect(before.map(({ prediction }) => prediction)).toEqual(['unknown', 'unknown', 'anomaly']);
    nowMs += traffic.windowMs;
    expect(await decide(guard)).toMatchObject({ prediction: 'unknown' });
  });

  it('is asked otherwise where the options say so', async () => {
    let nowMs = 1e12;
    const options = { minRequests: 2, windowMs: 600_000, now: () => nowMs };
    const guard = guardWith({ detector: learned, ...options });
    await decide(guard);
    nowMs += traffic.windowMs;
    expect(await decide(guard)).toMatchObject({ prediction: 'anomaly' });
  });
});

describe('a detector file', () => {
  const folder = temporaryFolder();

  it('that is replaced by one of another window is told of, and used', async () => {
    const file = folder.write('w.safetensors', flagsNone.bytes);
    const guard = guardWith({ detector: file });
    const warned = once(process, 'warning');
    const traffic = { windowMs: 60_000, minRequests: 2 };
    folder.write('w.safetensors', forestOver('w', flagsAll.schema.features, { traffic }).bytes);
    const [warning] = await warned;
    expect(warning.code).toBe('ERR_OTHER_WINDOW');
    expect(await decisionsOf(guard, 2)).toMatchObject([{}, { action: 'would-block' }]);
  });

  it('is read again when it changes, and a broken one never takes the place of one that works', async () => {
    const file = folder.write('d.safetensors', flagsNone.bytes);
    const guard = guardWith({ detector: file, mode: 'enforce' });
    await decide(guard);
    expect(await decide(guard)).toMatchObject({ prediction: 'normal' });
    folder.write('d.safetensors', 'broken');
    await expect
      .poll(() => guard.metrics().text, { timeout: 10_000 })
      .toContain('errors_total{kind="detector file"} 1');
    expect(await decide(guard)).toMatchObject({ prediction: 'normal' });
    folder.write('d.safetensors', flagsAll.bytes);
    await expect.poll(() => decide(guard), { timeout: 10_000 }).toMatchObject({ action: 'block' });
  });

  it('that is not there yet is read once it is, where requests are only observed', async () => {
    const file = `${folder.path}/later.safetensors`;
    const guard = guardWith({ detector: file });
    expect(await decide(guard)).toMatchObject({ action: 'error', reason: 'no detector' });
    expect(guard.metrics().text).toContain('guard_detector 0\n');
    folder.write('later.safetensors', flagsAll.bytes);
    await expect
      .poll(() => decide(guard), { timeout: 10_000 })
      .toMatchObject({ action: 'would-block' });
    expect(guard.metrics().text).toContain(
      `guard_detector{detector="flags-all@${flagsAll.version}"} 1\n`,
    );
  });
});
