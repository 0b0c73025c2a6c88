import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { createGuard, type Guard } from '../../../src/traffic/guard/guard.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';
import { flagsAll, flagsNone } from '../../support/flagging-detectors.js';
import { forestOver } from '../../support/sample-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { thrownBy } from '../../support/thrown-by.js';

type Options = Partial<GuardOptions<SampleRequest>>;

const WINDOW_MS = 30 * 60_000;
const LOGIN = { method: 'POST', path: '/login' };
const guards: Guard<SampleRequest>[] = [];
let nowMs = 1e12;

afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
});

/** Flags the requests of source F. */
function guardWith(options: Options = {}): Guard<SampleRequest> {
  const guard = createGuard<SampleRequest>({
    detector: flagsNone,
    mode: 'enforce',
    minRequests: 2,
    source: (_, { header }) => header('x-source'),
    now: () => nowMs,
    ...options,
  });
  guards.push(guard);
  return guard;
}

/** An address of its own for each number, 250 a network. */
const wide = (client: number) => `10.${client >> 8}.${client & 255}.1`;
const narrow = (client: number) => `198.51.100.${client}`;

function decide(guard: Guard<SampleRequest>, request: SampleRequest): Decision {
  return (guard.decide(exchangeOf(request)) as { decision: Decision }).decision;
}

/** The last of two calls, of which the second is judged. */
function visit(
  guard: Guard<SampleRequest>,
  address: string,
  { isBad = false, ...request }: SampleRequest & { isBad?: boolean } = LOGIN,
): Decision {
  const headers = { 'x-source': isBad ? 'F' : 'E' };
  decide(guard, { ...LOGIN, address, headers, ...request });
  return decide(guard, { ...LOGIN, address, headers, ...request });
}

const attack = (guard: Guard<SampleRequest>, request: SampleRequest = {}) =>
  visit(guard, '203.0.113.66', { isBad: true, ...request });

function visitAll(guard: Guard<SampleRequest>, from: number, to: number, isBad = false): void {
  for (let client = from; client < to; client++) visit(guard, wide(client), { isBad });
}

/** One whose ramp-up is over, and whose `count` clients have been normal for more than a window. */
function establishedGuard(count: number, options: Options = {}): Guard<SampleRequest> {
  const guard = guardWith(options);
  visitAll(guard, 0, count);
  nowMs += WINDOW_MS + 1;
  visitAll(guard, 0, count);
  return guard;
}

const stateOf = (guard: Guard<SampleRequest>, route = 'POST /login') =>
  new RegExp(`guard_enforcement\\{route="${route}",state="([^"]+)"\\} 1`).exec(
    guard.metrics().text,
  )?.[1];

/** The first warning with this code. */
function warningOf(code: string, action: () => unknown): Promise<NodeJS.ErrnoException> {
  const warned = new Promise<NodeJS.ErrnoException>((resolve) => {
    const listen = (warning: NodeJS.ErrnoException) => {
      if (warning.code !== code) return;
      process.off('warning', listen);
      resolve(warning);
    };
    process.on('warning', listen);
  });
  action();
  return warned;
}

describe('after the start, a route', () => {
  it('is observed until 50 clients were judged on it', () => {
    const guard = guardWith();
    visitAll(guard, 0, 48);
    expect(attack(guard)).toMatchObject({
      mode: 'enforce',
      action: 'would-block',
      reason: 'ramp-up: few clients',
      refused: false,
    });
    expect(stateOf(guard)).toBe('ramp-up: few clients');
    visitAll(guard, 48, 49);
    expect(attack(guard)).toMatchObject({ action: 'block', reason: 'anomaly' });
    expect(stateOf(guard)).toBe('on');
    expect(attack(guard, { path: '/pay' })).toMatchObject({ action: 'would-block' });
  });

  it('is observed while its clients are of few networks', () => {
    const guard = guardWith();
    for (let client = 0; client < 80; client++) visit(guard, narrow(client));
    expect(attack(guard)).toMatchObject({ reason: 'ramp-up: few clients' });
    for (let client = 0; client < 17; client++) visit(guard, wide(client));
    expect(attack(guard)).toMatchObject({ action: 'would-block' });
    visitAll(guard, 17, 18);
    expect(attack(guard)).toMatchObject({ action: 'block' });
  });

  it('is observed, and told of, while more than a fifth of them would be blocked', async () => {
    const guard = guardWith();
    const warning = await warningOf('ERR_MANY_ANOMALIES', () => {
      visitAll(guard, 0, 20, true);
      visitAll(guard, 20, 60);
    });
    expect(warning).toMatchObject({ name: 'AnomalyPredictorWarning', code: 'ERR_MANY_ANOMALIES' });
    expect(warning.message).toMatch(/^POST \/login: \d+ of the last \d+ clients would be blocked/);
    expect(attack(guard)).toMatchObject({
      action: 'would-block',
      reason: 'ramp-up: many anomalies',
    });
    expect(guard.metrics().text).toContain(
      'guard_blocked_share{route="POST /login"} 0.3442622950819672\n',
    );
    visitAll(guard, 100, 180);
    expect(attack(guard)).toMatchObject({ action: 'block' });
  });

  it('takes clients that an exception allows for such as would not be blocked', () => {
    const folder = temporaryFolder();
    const exceptions = folder.write('exceptions.ndjson', '');
    const guard = guardWith({ exceptions });
    for (let client = 0; client < 60; client++) {
      const decision = { client: wide(client), route: 'POST /login' };
      guard.except(decision, { reason: 'test', forMs: 60_000 });
    }
    visitAll(guard, 0, 60, true);
    expect(stateOf(guard)).toBe('on');
  });

  it('is enforced at once, and always, where every share may be blocked', () => {
    const guard = guardWith({ maxBlockedShare: 1 });
    expect(attack(guard)).toMatchObject({ action: 'block' });
    visitAll(guard, 0, 80);
    nowMs += WINDOW_MS + 1;
    visitAll(guard, 0, 80, true);
    expect(attack(guard)).toMatchObject({ action: 'block' });
  });

  it('ramps up soon after a flood of new clients has ended', () => {
    const flooded = guardWith();
    visitAll(flooded, 1_000, 21_000, true);
    expect(stateOf(flooded)).toBe('ramp-up: many anomalies');
    for (let client = 0; client < 400; client++) {
      visit(flooded, wide(client));
      nowMs += WINDOW_MS / 400;
    }
    expect(stateOf(flooded)).toBe('on');
  });

  it('ramps up while it is observed by its mode', () => {
    const guard = guardWith({ mode: 'observe' });
    visitAll(guard, 0, 60);
    expect(stateOf(guard)).toBe('on');
    expect(attack(guard)).toMatchObject({ action: 'would-block', reason: 'anomaly' });
  });

  it.each(['/LOGIN', '/login/', '//login', '/%6Cogin?x=1', '/x/../login', 'http://a/LOGIN'])(
    'is the same by all ways to write its path: %s',
    (path) => {
      const guard = guardWith();
      visitAll(guard, 0, 60);
      expect(attack(guard, { path })).toMatchObject({ action: 'block' });
    },
  );

  it('is the same for HEAD as for GET, and by the ways to write a name with capital letters', () => {
    const guard = guardWith();
    const request = { method: 'GET', path: '/api/getUsers' };
    for (let client = 0; client < 60; client++) visit(guard, wide(client), request);
    expect(attack(guard, { ...request, method: 'HEAD' })).toMatchObject({ action: 'block' });
    expect(attack(guard, { ...request, path: '/API/GETUSERS' })).toMatchObject({ action: 'block' });
  });

  it('is one of a hundred that are told apart, however many are made up', () => {
    const guard = guardWith({ routeKey: ({ path }) => path });
    for (let route = 0; route < 300; route++) visit(guard, wide(0), { path: `/${route}` });
    for (let client = 0; client < 60; client++) visit(guard, wide(client), { path: '/late' });
    expect(guard.metrics().text.match(/guard_enforcement\{/g)).toHaveLength(101);
    expect(attack(guard, { path: '/late' })).toMatchObject({ action: 'block' });
  });
});

describe('from then on, enforcing', () => {
  it('is not switched off by a flood of new clients, anomalous at once or after a while', () => {
    const guard = establishedGuard(60);
    for (let client = 0; client < 3_000; client++) {
      expect(visit(guard, wide(1_000 + client), { isBad: true }).action).toBe('block');
    }
    for (let client = 0; client < 3_000; client++) visit(guard, wide(5_000 + client));
    nowMs += WINDOW_MS / 2;
    visitAll(guard, 0, 60);
    for (let client = 0; client < 3_000; client++) {
      expect(visit(guard, wide(5_000 + client), { isBad: true }).action).toBe('block');
    }
    expect(stateOf(guard)).toBe('on');
    expect(guard.metrics().text).not.toContain('guard_pauses_total{');
  });

  it('pauses, and is told of, while too many established clients would be blocked', async () => {
    const guard = establishedGuard(60);
    const paused = 'ERR_ENFORCEMENT_PAUSED';
    const warning = await warningOf(paused, () => visitAll(guard, 0, 13, true));
    expect(warning.message).toContain('POST /login: 13 of the 60 established clients');
    expect(attack(guard)).toMatchObject({ action: 'would-block', reason: 'paused' });
    expect(stateOf(guard)).toBe('paused');
    expect(guard.metrics().text).toContain('guard_pauses_total{route="POST /login"} 1\n');
    expect(guard.metrics().text).toContain('guard_reasons_total{reason="paused"} 3\n');

    // It goes on for as long as they would be, also beyond a window.
    for (let quarter = 0; quarter < 8; quarter++) {
      nowMs += WINDOW_MS / 4;
      visitAll(guard, 0, 13, true);
      visitAll(guard, 13, 60);
    }
    expect(attack(guard)).toMatchObject({ reason: 'paused' });

    nowMs += WINDOW_MS + 1;
    visitAll(guard, 0, 60);
    nowMs += WINDOW_MS / 30;
    expect(attack(guard)).toMatchObject({ action: 'block' });
    const again = await warningOf(paused, () => visitAll(guard, 0, 20, true));
    expect(again.message).toContain('13 of the 60 established clients');
    expect(guard.metrics().text).toContain('guard_pauses_total{route="POST /login"} 2\n');
  });

  it.each([
    [0.1, 'on'],
    [0.3, 'paused'],
  ])('goes by a sample of many established clients: of %d, %s', (share, state) => {
    const guard = establishedGuard(10_000);
    visitAll(guard, 0, share * 10_000, true);
    expect(stateOf(guard)).toBe(state);
  });

  it('goes on where fewer of them would be blocked, or there are fewer than 50', () => {
    const some = establishedGuard(60);
    visitAll(some, 0, 12, true);
    expect(attack(some)).toMatchObject({ action: 'block' });
    const few = guardWith();
    visitAll(few, 0, 40);
    nowMs += WINDOW_MS + 1;
    visitAll(few, 0, 40);
    visitAll(few, 100, 120);
    visitAll(few, 0, 40, true);
    expect(attack(few)).toMatchObject({ action: 'block' });
  });
});

describe('a detector that did not learn from traffic', () => {
  const folder = temporaryFolder();
  const { profile, schema } = flagsAll;
  const untaught = forestOver('untaught', schema.features, { ...(profile && { profile }) });
  const options = { detector: untaught, maxBlockedShare: 1 };

  it('cannot enforce, anywhere', () => {
    const byFunction: Options['mode'] = () => 'observe';
    for (const mode of ['enforce', { 'POST /login': 'enforce' }, byFunction] as const) {
      const error = thrownBy(() => guardWith({ ...options, mode }));
      expect(error.fields.code).toBe('ERR_DETECTOR_NOT_FROM_TRAFFIC');
      expect(error.message).toMatch(/^ERR_DETECTOR_NOT_FROM_TRAFFIC: .* learn.*trafficDetector/);
    }
  });

  it('may observe, with a warning', async () => {
    const code = 'ERR_DETECTOR_NOT_FROM_TRAFFIC';
    const warning = await warningOf(code, () => guardWith({ ...options, mode: 'observe' }));
    expect(warning.message).toContain('learn');
  });

  it.each([false, { trafficDetector: false }])('enforces where %j says so', (validate) => {
    expect(attack(guardWith({ ...options, validate }))).toMatchObject({ action: 'block' });
  });

  it('is only observed where it takes the place of another, without an end to the program', async () => {
    const file = folder.write('d.safetensors', flagsAll.bytes);
    const guard = guardWith({ ...options, detector: file });
    expect(attack(guard)).toMatchObject({ action: 'block' });
    const warned = once(process, 'warning');
    folder.write('d.safetensors', untaught.bytes);
    expect((await warned)[0]).toMatchObject({ code: 'ERR_DETECTOR_NOT_FROM_TRAFFIC' });
    expect(attack(guard)).toMatchObject({
      action: 'would-block',
      reason: 'detector not from traffic',
    });
  });
});

it('a detector that takes the place of another ramps up anew, the same one does not', async () => {
  const folder = temporaryFolder();
  const file = folder.write('d.safetensors', flagsNone.bytes);
  const guard = guardWith({ detector: file });
  visitAll(guard, 0, 60);
  folder.write('d.safetensors', 'broken');
  await expect
    .poll(() => guard.metrics().text, { timeout: 10_000 })
    .toContain('errors_total{kind="detector file"} 1');
  folder.write('d.safetensors', flagsNone.bytes);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(attack(guard)).toMatchObject({ action: 'block' });
  folder.write('d.safetensors', flagsAll.bytes);
  await expect
    .poll(() => attack(guard), { timeout: 10_000 })
    .toMatchObject({ action: 'would-block', reason: 'ramp-up: few clients' });
});

describe('the detector of an engine', () => {
  const { name, version, schema } = flagsAll;
  const served = (traffic: typeof flagsAll.traffic) => ({
    name,
    version: `${version}${traffic?.windowMs}`,
    schema,
    traffic,
    score: async () => -1,
    explain: async () => ({}) as never,
  });
  const remote = (model: ReturnType<typeof served>) => ({
    detector: { model: async () => model, close() {} },
    maxBlockedShare: 1,
    minRequests: undefined as never,
  });

  async function decisions(guard: Guard<SampleRequest>, count: number): Promise<Decision[]> {
    const made: Decision[] = [];
    for (let call = 0; call < count; call++) {
      made.push((await guard.decide(exchangeOf(LOGIN))).decision as Decision);
    }
    return made;
  }

  it('is only observed as long as it is not known to have learned from traffic', async () => {
    const guard = guardWith(remote(served(undefined)));
    const warned = once(process, 'warning');
    const last = (await decisions(guard, 5)).at(-1);
    expect(last).toMatchObject({ action: 'would-block', reason: 'detector not from traffic' });
    expect((await warned)[0]).toMatchObject({ code: 'ERR_DETECTOR_NOT_FROM_TRAFFIC' });
  });

  it('is asked as it was learned: after as many calls, over the same window', async () => {
    const guard = guardWith(remote(served({ windowMs: 60_000, minRequests: 3 })));
    const made = await decisions(guard, 5);
    // The first call came before the window was known: sessions begin anew with the second.
    expect(made.map(({ action }) => action)).toEqual(['allow', 'allow', 'allow', 'block', 'block']);
    nowMs += 60_000;
    expect(await decisions(guard, 1)).toMatchObject([{ prediction: 'unknown' }]);
  });
});

it('a refusal counts as no error, also of a guard that the request came to before', async () => {
  const feature = {
    name: 'errors',
    title: 'Errors',
    description: 'Replies',
    unit: 'count',
    kind: 'number' as const,
    example: 1,
    value: ({ clientErrors }: { clientErrors: number }) => clientErrors,
  };
  const { traffic } = flagsAll;
  const detector = forestOver('errors', [feature], { ...(traffic && { traffic }) });
  const options = { detector, features: [feature], maxBlockedShare: 1, threshold: 2 };
  const outer = guardWith({ ...options, mode: 'observe' });
  const inner = guardWith(options);
  let last: readonly (Decision | undefined)[] = [];
  for (let call = 0; call < 6; call++) {
    const exchange = exchangeOf(LOGIN);
    const rulings = [await outer.decide(exchange), await inner.decide(exchange)];
    const status = rulings[1].refusal?.status ?? 401;
    for (const [i, guard] of [inner, outer].entries()) guard.answered(rulings[1 - i], status, 1);
    last = rulings.map(({ decision }) => decision);
  }
  expect(last).toMatchObject([
    { action: 'would-block', behaviour: { errors: 1 } },
    { action: 'block', behaviour: { errors: 1 } },
  ]);
});
