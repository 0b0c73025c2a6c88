import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createGuard } from '../../../src/traffic/guard/guard.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';
import { flagsAll } from '../../support/flagging-detectors.js';
import { forestOver } from '../../support/sample-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { thrownBy } from '../../support/thrown-by.js';

const folder = temporaryFolder();
type Options = Partial<GuardOptions<SampleRequest>>;
const create = (options: Options = {}) =>
  createGuard<SampleRequest>({ detector: flagsAll, ...options });

/** The next warning of the guard. */
async function nextWarning(action: () => unknown): Promise<NodeJS.ErrnoException> {
  const warned = once(process, 'warning');
  await action();
  const [warning] = await warned;
  return warning;
}

describe('options', () => {
  it.each([
    [{ minRequest: 3 }, 'unknown option "minRequest", did you mean "minRequests"?'],
    [{ trustProxy: true }, 'unknown option "trustProxy"'],
    [
      { mode: 'block' },
      "mode: expected 'observe', 'enforce', a table or a function, got \"block\"",
    ],
    [{ mode: { GET: 'on' } }, 'mode["GET"]: expected \'observe\' or \'enforce\', got "on"'],
    [{ mode: { '/login': 'enforce' } }, 'expected a route such as "POST /login", a method or "*"'],
    [{ mode: { 'FETCH /login': 'enforce' } }, 'got "FETCH /login"'],
    [{ minRequests: 1 }, 'minRequests: expected a whole number, 2 or more, got 1'],
    [{ threshold: Number.NaN }, 'threshold: expected a number or a function, got NaN'],
    [{ timeoutMs: 0 }, 'timeoutMs: expected milliseconds, above 0, got 0'],
    [{ onError: 'block' }, "onError: expected 'allow' or 'deny', got \"block\""],
    [{ sessionKey: 'sub' }, 'sessionKey: expected a function, got "sub"'],
    [
      { detector: 7 },
      "detector: expected a detector, the path of its file or a shipped detector's name, got 7",
    ],
    [{ detector: undefined }, 'detector: expected a detector'],
    [
      { detector: {} },
      "detector: expected a detector, the path of its file or a shipped detector's name, got an object",
    ],
    [{ validate: { trustproxy: false } }, 'validate: expected true, false or { trustProxy'],
    [{ store: {} }, 'store: expected a SessionStore, got an object'],
    [{ store: new SessionTracker(), maxSessions: 5 }, 'maxSessions is of the store in memory'],
    [{ routes: ['products'] }, 'routes: expected a template'],
    [{ addressTypes: { x: ['here'] } }, 'addressTypes.x: expected a network'],
  ])('that are none are refused: %j', (options, message) => {
    const error = thrownBy(() => create(options as Options));
    expect(error.tag).toBe('bad-option');
    expect(error.message).toContain(message);
  });

  it('stay as they are given: the guard changes nothing of them', async () => {
    const options = Object.freeze({ detector: flagsAll, mode: Object.freeze({ GET: 'enforce' }) });
    const guard = createGuard<SampleRequest>(options as GuardOptions<SampleRequest>);
    expect(await guard.decide(exchangeOf())).toMatchObject({ decision: { mode: 'enforce' } });
  });
});

describe('at the start', () => {
  const stranger = forestOver('stranger', [{ name: 'shoe_size' }]);

  it.each([
    ['ERR_DETECTOR_FILE', { detector: `${folder.path}/none.safetensors` }, 'bad-detector-file'],
    ['ERR_UNKNOWN_FEATURE', { detector: stranger }, 'bad-option'],
  ] as const)(
    '%s stops what would refuse requests, and is a warning to what observes',
    async (code, options, tag) => {
      const error = thrownBy(() => create({ ...options, mode: { 'POST /login': 'enforce' } }));
      expect(error.message).toMatch(new RegExp(`^${code}: `));
      expect(error.tag).toBe(tag);
      expect(error.fields.code).toBe(code);
      const warning = await nextWarning(() => create(options).close());
      expect(warning).toMatchObject({ name: 'AnomalyPredictorWarning', code });
    },
  );

  it('takes a shipped detector by its name, and lists them where there is none', async () => {
    const guard = create({ detector: 'ocsvm', validate: { trafficDetector: false } });
    const decided = await guard.decide(exchangeOf());
    expect(decided).toMatchObject({ decision: { detector: expect.stringMatching(/^ocsvm@/) } });
    const error = thrownBy(() => create({ detector: 'ocsvn', mode: 'enforce' }));
    expect(error.message).toContain('"ocsvn" is neither a file nor a shipped detector: expected');
    expect(error).toMatchObject({ tag: 'unknown-model', fields: { code: 'ERR_DETECTOR_FILE' } });
  });

  it('names the feature that traffic has not, and takes it where it is defined', async () => {
    const mode = 'enforce' as const;
    expect(thrownBy(() => create({ detector: stranger, mode })).message).toContain('"shoe_size"');
    const [feature] = stranger.schema.features;
    const features = [{ ...feature, value: () => 47 }];
    const validate = { trafficDetector: false };
    const options = { minRequests: 2, maxBlockedShare: 1, features, validate };
    const guard = create({ detector: stranger, mode, ...options });
    await guard.decide(exchangeOf());
    expect(await guard.decide(exchangeOf())).toMatchObject({
      decision: { action: 'block', behaviour: { shoe_size: 47 } },
    });
  });

  describe('in a process of a cluster', () => {
    const GUARD = new URL('../../../src/traffic/guard/guard.js', import.meta.url).href;
    const DETECTORS = new URL('../../support/flagging-detectors.js', import.meta.url).href;

    /** What a worker prints that makes a guard with `options`. */
    function inWorker(options: string): string {
      const script = folder.write(
        'cluster.mjs',
        `import cluster from 'node:cluster';
         if (cluster.isPrimary) cluster.fork();
         else {
           const { createGuard } = await import(${JSON.stringify(GUARD)});
           const { flagsAll } = await import(${JSON.stringify(DETECTORS)});
           process.on('warning', ({ code }) => console.log('warned', code));
           try {
             createGuard({ detector: flagsAll, ...${options} });
             console.log('made');
           } catch ({ fields }) {
             console.log('refused', fields.code);
           }
           setImmediate(() => process.disconnect());
         }`,
      );
      return spawnSync(process.execPath, [script], { encoding: 'utf8' }).stdout;
    }

    it('ERR_UNSHARED_STORE stops what would refuse requests, and warns what observes', () => {
      expect(inWorker("{ mode: 'enforce' }")).toBe('refused ERR_UNSHARED_STORE\n');
      expect(inWorker("{ mode: 'observe' }")).toBe('made\nwarned ERR_UNSHARED_STORE\n');
    });

    it('is no fault where the check is switched off', () => {
      expect(inWorker("{ mode: 'enforce', validate: { unsharedStore: false } }")).toBe('made\n');
      expect(inWorker("{ mode: 'enforce', validate: false }")).toBe('made\n');
    });
  });
});

describe('later', () => {
  const forwarded = { headers: { 'x-forwarded-for': '198.51.100.1' } };

  it('ERR_FORWARDED_UNTRUSTED is told once, and the connection is the client', async () => {
    const guard = create();
    const warning = await nextWarning(() => guard.decide(exchangeOf(forwarded)));
    expect(warning.code).toBe('ERR_FORWARDED_UNTRUSTED');
    const again: unknown[] = [];
    const listen = (other: unknown) => again.push(other);
    process.on('warning', listen);
    const { decision } = await guard.decide(exchangeOf(forwarded));
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(again).toEqual([]);
    expect(decision?.client).toBe('203.0.113.7');
  });

  it('ERR_TRUST_PROXY_PERMISSIVE is told, and whoever may be anyone is nobody', async () => {
    const guard = create();
    const trusting = { trustedProxies: 'all', address: '198.51.100.1' } as const;
    const warning = await nextWarning(() => guard.decide(exchangeOf(trusting)));
    expect(warning.code).toBe('ERR_TRUST_PROXY_PERMISSIVE');
    expect(await guard.decide(exchangeOf(trusting))).toMatchObject({
      decision: { action: 'error', reason: 'no client' },
    });
    const claims = { sub: 'alice' };
    expect(await guard.decide(exchangeOf({ ...trusting, claims }))).toMatchObject({
      decision: { action: 'allow', client: 'sub:alice' },
    });
  });
});
