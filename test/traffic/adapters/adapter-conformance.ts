// What every adapter does, over real sockets; a test of each adapter runs it.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/traffic/call.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { flagsAll, flagsNone } from '../../support/flagging-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

// biome-ignore lint/suspicious/noExplicitAny: requests are of each framework's own type
type Options = GuardOptions<any>;

/**
 * Starts the framework's application on a free port of 127.0.0.1, behind the guard where options are given:
 *
 *     GET /products/:id   200, JSON `{"id": ID}`
 *     POST /login         200, text: the request's body
 *     GET /decision       200, JSON `{"action": …}` of the decision that the request carries
 *     GET /fail           500, text `failed`
 *     GET /never          no reply
 *     anything else       the framework's 404
 */
export type StartApp = (
  options?: Options,
  /** Proxies that the framework trusts: whose addresses are listed, or all. @default none */
  trustProxy?: readonly string[] | true,
) => Promise<RunningApp>;

export interface RunningApp {
  readonly port: number;
  /** The guard's. */
  metrics(): string;
  close(): Promise<void>;
}

/** Behaviour that one adapter cannot offer, and why. */
export interface KnownLimits {
  /** A setting that trusts every proxy. */
  readonly trustAll?: string;
  /** Addresses from trusted proxies. */
  readonly trustListed?: string;
  /** Requests whose path cannot be decoded. */
  readonly undecodablePaths?: string;
}

/** Calls before a client is known. */
const MIN_REQUESTS = 2;
const PROBLEM = 'application/problem+json';

export function describeAdapter(name: string, start: StartApp, limits: KnownLimits = {}): void {
  describe(name, () => {
    const folder = temporaryFolder();
    const apps: RunningApp[] = [];
    let decisions: Decision[] = [];

    afterEach(async () => {
      decisions = [];
      for (const app of apps.splice(0)) await app.close();
    });

    async function run(options?: Partial<Options>, trustProxy?: readonly string[] | true) {
      const filled = options && {
        detector: flagsNone,
        minRequests: MIN_REQUESTS,
        maxBlockedShare: 1,
        onDecision: (decision: Decision) => decisions.push(decision),
        ...options,
      };
      const app = await start(filled, trustProxy);
      apps.push(app);
      return app;
    }

    async function get(app: RunningApp, path: string, init: RequestInit = {}): Promise<Response> {
      return fetch(`http://127.0.0.1:${app.port}${path}`, init);
    }

    /** Until the guard no longer takes the client for unknown. */
    async function becomeKnown(app: RunningApp): Promise<void> {
      for (let call = 0; call < MIN_REQUESTS - 1; call++) {
        await (await get(app, '/products/1')).arrayBuffer();
      }
    }

    describe('in observe mode, whatever happens, leaves every byte of the responses as they are', () => {
      const slow = () => delay(20_000, 'late', { ref: false });
      const throwing = () => {
        throw new Error('by the test');
      };
      const rejecting = async () => throwing();
      const failingStore = (record: () => never) => ({
        record,
        answered: throwing,
        shared: true,
        counts: new SessionTracker({ maxSessions: 1 }).counts,
      });
      const remote = (score: () => Promise<number>) => {
        const { name, version, schema } = flagsAll;
        const model = { name, version, schema, score, explain: rejecting };
        return { model: async () => model, close() {} };
      };

      const SITUATIONS: Readonly<Record<string, Partial<Options>>> = {
        'all is normal': { detector: flagsNone },
        'all is anomalous': { detector: flagsAll },
        'debugging headers are asked for': { detector: flagsAll, exposeHeaders: true },
        'failures are to be denied': { detector: flagsAll, onError: 'deny', sessionKey: throwing },
        'the detector is missing': { detector: `${folder.path}/none.safetensors` },
        'the detector is corrupt': { detector: folder.write('corrupt.safetensors', 'corrupt') },
        'the detector throws': { detector: remote(throwing) },
        'the detector rejects': { detector: remote(rejecting) },
        'the detector is slow': { detector: remote(slow as never) },
        'the detector is away': { detector: { model: rejecting, close() {} } },
        'the session key throws': { sessionKey: throwing },
        'the session key rejects': { sessionKey: rejecting },
        'the session key is slow': { sessionKey: slow },
        'the session key is no text': { sessionKey: (() => 7) as never },
        'there is no session key': { sessionKey: () => undefined },
        'the route key rejects': { routeKey: rejecting },
        'skip throws': { skip: throwing },
        'the mode throws': { mode: throwing },
        'the threshold is no number': { threshold: () => Number.NaN },
        'the clock throws': { now: throwing },
        'the store throws': { store: failingStore(throwing) },
        'the store rejects': { store: failingStore(rejecting as never) },
        'onDecision throws': { detector: flagsAll, onDecision: throwing },
        'onDecision rejects': { detector: flagsAll, onDecision: rejecting },
        'the handler throws': { detector: flagsAll, handler: throwing },
        'the request takes no property': { requestPropertyName: 'url' },
      };

      const REQUESTS = [
        'GET /products/42 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
        'HEAD /products/42 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
        'GET /products/42?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
        'POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello',
        'GET /fail HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
        'GET /nothing/here HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\nConnection: close\r\n\r\n',
        'OPTIONS /products/42 HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n',
      ];

      async function responses(app: RunningApp): Promise<string[]> {
        const all = [];
        for (const request of REQUESTS) all.push(await rawResponse(app.port, request));
        return all;
      }

      it.each(Object.entries(SITUATIONS))('%s', async (_, options) => {
        const bare = await responses(await run());
        expect(bare[0]).toContain('{"id":"42"}');
        const app = await run(options);
        expect(await responses(app)).toEqual(bare);
        // Those of a client that is known by now.
        expect(await responses(app)).toEqual(bare);
      });
    });

    describe('observing', () => {
      it('tells what it would have blocked, and why', async () => {
        const app = await run({ detector: flagsAll });
        await becomeKnown(app);
        await get(app, '/products/2');
        expect(decisions.map(({ action, reason }) => [action, reason])).toEqual([
          ['allow', 'unknown client'],
          ['would-block', 'anomaly'],
        ]);
        const [, decision] = decisions;
        expect(decision).toMatchObject({
          mode: 'observe',
          refused: false,
          route: 'GET /products/:id',
          client: '127.0.0.1',
          score: -1,
          threshold: 0,
          behaviour: { sequence_length: 2 },
        });
        expect(decision.explanation?.contributions).toHaveLength(1);
      });

      it('decides later where something comes later, and the request goes on meanwhile', async () => {
        let release = (_: string) => {};
        const key = new Promise<string>((resolve) => {
          release = resolve;
        });
        const app = await run({ sessionKey: () => key, timeoutMs: 20_000 });
        expect((await get(app, '/products/1')).status).toBe(200);
        expect(decisions).toHaveLength(0);
        release('alice');
        await expect.poll(() => decisions.map(({ client }) => client)).toEqual(['alice']);
      });

      it('hands the decision to the handler', async () => {
        const app = await run({});
        expect(await (await get(app, '/decision')).json()).toEqual({ action: 'allow' });
      });
    });

    describe('enforcing', () => {
      it('answers an anomaly with 403 and a problem document that tells nothing of scores', async () => {
        const app = await run({ detector: flagsAll, mode: 'enforce' });
        await becomeKnown(app);
        const response = await get(app, '/products/2', { headers: { 'X-Request-Id': 'abc-1' } });
        expect(response.status).toBe(403);
        expect(response.headers.get('content-type')).toBe(PROBLEM);
        expect(response.headers.get('x-request-id')).toBe('abc-1');
        expect(
          [...response.headers.keys()].filter((header) => /anomaly|score/.test(header)),
        ).toEqual([]);
        expect(await response.json()).toEqual({
          type: 'about:blank',
          title: 'Forbidden',
          status: 403,
          detail: expect.any(String),
          requestId: 'abc-1',
        });
        expect(decisions.at(-1)).toMatchObject({ action: 'block', refused: true });
      });

      it('makes a request id where the one that came is none', async () => {
        const app = await run({ detector: flagsAll, mode: 'enforce' });
        await becomeKnown(app);
        const headers = { 'X-Request-Id': 'a "b"' };
        const response = await get(app, '/products/2', { headers });
        expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      });

      it('lets normal clients through, without a header of its own', async () => {
        const app = await run({ detector: flagsNone, mode: 'enforce' });
        const bare = await run();
        const request = 'GET /products/42 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
        await becomeKnown(app);
        expect(await rawResponse(app.port, request)).toBe(await rawResponse(bare.port, request));
      });

      it('answers HEAD without a body, and leaves OPTIONS alone', async () => {
        const app = await run({ detector: flagsAll, mode: 'enforce' });
        await becomeKnown(app);
        const request = (method: string) =>
          `${method} /products/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
        const head = await rawResponse(app.port, request('HEAD'));
        expect(head).toMatch(/^HTTP\/1.1 403 /);
        expect(head.split('\r\n\r\n')[1]).toBe('');
        expect(await rawResponse(app.port, request('OPTIONS'))).not.toMatch(/^HTTP\/1.1 403 /);
        expect(decisions.at(-1)).toMatchObject({ mode: 'observe', action: 'would-block' });
      });

      it('enforces where a table says so: by route, by method, else not at all', async () => {
        const mode = { 'POST /login': 'enforce', DELETE: 'enforce', GET: 'observe' } as const;
        const app = await run({ detector: flagsAll, mode });
        await becomeKnown(app);
        const status = async (method: string, path: string) =>
          (await get(app, path, { method })).status;
        expect(await status('POST', '/login')).toBe(403);
        expect(await status('DELETE', '/products/1')).toBe(403);
        expect(await status('GET', '/products/1')).toBe(200);
        expect(await status('PUT', '/products/1')).toBe(404);
      });

      it('is not got around by writing a path in another way that reaches the handler', async () => {
        const bare = await run();
        const app = await run({ detector: flagsAll, mode: { 'POST /login': 'enforce' } });
        await becomeKnown(app);
        const statusOf = async ({ port }: RunningApp, path: string) => {
          const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n`;
          const response = await rawResponse(port, `${head}Connection: close\r\n\r\n`);
          return Number(response.split(' ')[1]);
        };
        for (const path of ['/login', '/LOGIN', '/login/', '//login', '/%6Cogin', '/x/../login']) {
          const reached = (await statusOf(bare, path)) === 200;
          if (reached) expect([path, await statusOf(app, path)]).toEqual([path, 403]);
        }
        expect(await statusOf(app, 'http://b/login')).not.toBe(200);
      });

      it('keeps the connection in order when it refuses a request that has a body', async () => {
        const mode = { 'POST /login': 'enforce' } as const;
        const app = await run({ detector: flagsAll, mode });
        await becomeKnown(app);
        const post = 'POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
        const last = 'GET /products/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
        const both = await rawResponse(app.port, post + last);
        expect(both).toMatch(/^HTTP\/1.1 403 /);
        expect(both).toContain('{"id":"7"}');
      });

      it('leaves the body of a request that goes on to its handler', async () => {
        const app = await run({ mode: 'enforce' });
        const response = await get(app, '/login', { method: 'POST', body: 'a body' });
        expect(await response.text()).toBe('a body');
      });

      it('waits for what comes later, as long as it may', async () => {
        const app = await run({
          detector: flagsAll,
          mode: 'enforce',
          sessionKey: async () => 'alice',
        });
        await becomeKnown(app);
        expect((await get(app, '/products/2')).status).toBe(403);
      });

      it('goes on without a decision in time, or answers 503 where failures are denied', async () => {
        const late = {
          mode: 'enforce',
          timeoutMs: 5,
          sessionKey: () => delay(20_000, 'late', { ref: false }),
        } as const;
        expect((await get(await run(late), '/products/1')).status).toBe(200);
        expect(decisions).toMatchObject([{ action: 'error', reason: 'timeout', refused: false }]);
        const response = await get(await run({ ...late, onError: 'deny' }), '/products/1');
        expect(response.status).toBe(503);
        expect(response.headers.get('content-type')).toBe(PROBLEM);
        expect(decisions[1]).toMatchObject({ action: 'error', reason: 'timeout', refused: true });
      });

      it("answers with the handler's reply, and with its own where that is none", async () => {
        const app = await run({
          detector: flagsAll,
          mode: 'enforce',
          handler: (_, { requestId }) => ({
            status: 429,
            headers: { 'Content-Type': 'text/plain', 'Retry-After': '60' },
            body: `later, ${requestId}`,
          }),
        });
        await becomeKnown(app);
        const response = await get(app, '/products/2', { headers: { 'X-Request-Id': 'r1' } });
        expect(response.status).toBe(429);
        expect(response.headers.get('retry-after')).toBe('60');
        expect(await response.text()).toBe('later, r1');

        const broken = await run({
          detector: flagsAll,
          mode: 'enforce',
          handler: () => ({ headers: { 'X-Bad': 'a\nb' } }),
        });
        await becomeKnown(broken);
        expect((await get(broken, '/products/2')).status).toBe(403);
        expect(broken.metrics()).toContain('errors_total{kind="handler"} 1');
      });

      it('shows score and prediction where they are asked for', async () => {
        const app = await run({ detector: flagsNone, mode: 'enforce', exposeHeaders: true });
        await becomeKnown(app);
        const { headers } = await get(app, '/products/2');
        expect(headers.get('x-anomaly-score')).toBe('1');
        expect(headers.get('x-anomaly-prediction')).toBe('normal');
      });
    });

    describe.skipIf(limits.trustListed !== undefined)(
      `before strangers${because(limits.trustListed)}`,
      () => {
        const WINDOW_MS = 30 * 60_000;
        let nowMs = 1e12;

        /** Behind a proxy, which tells clients' addresses; the detector flags what comes from source F. */
        const behindProxy = () =>
          run(
            {
              mode: 'enforce',
              maxBlockedShare: 0.2,
              source: (_, exchange) => exchange.header('x-source'),
              now: () => nowMs,
            },
            ['127.0.0.1'],
          );

        async function visit(app: RunningApp, client: number, source: 'E' | 'F'): Promise<number> {
          const address = `10.${client >> 8}.${client & 255}.1`;
          const headers = { 'X-Forwarded-For': `192.0.2.9, ${address}`, 'X-Source': source };
          const init = { method: 'POST', headers };
          await (await get(app, '/login', init)).arrayBuffer();
          const response = await get(app, '/login', init);
          await response.arrayBuffer();
          return response.status;
        }

        async function visitAll(app: RunningApp, from: number, to: number, source: 'E' | 'F') {
          const statuses = new Set<number>();
          for (let at = from; at < to; at++) statuses.add(await visit(app, at, source));
          return [...statuses];
        }

        it('observes until enough clients were judged, and not too many would be blocked', async () => {
          const app = await behindProxy();
          expect(await visitAll(app, 0, 48, 'E')).toEqual([200]);
          expect(await visit(app, 900, 'F')).toBe(200);
          expect(decisions.at(-1)).toMatchObject({
            mode: 'enforce',
            action: 'would-block',
            reason: 'ramp-up: few clients',
          });
          await visit(app, 48, 'E');
          expect(await visit(app, 900, 'F')).toBe(403);

          const unfit = await behindProxy();
          expect(await visitAll(unfit, 0, 60, 'F')).toEqual([200]);
          expect(decisions.at(-1)?.reason).toBe('ramp-up: many anomalies');
        });

        it('refuses a flood of new clients, and pauses where it would refuse its own', async () => {
          const app = await behindProxy();
          await visitAll(app, 0, 60, 'E');
          nowMs += WINDOW_MS + 1;
          await visitAll(app, 0, 60, 'E');
          expect(await visitAll(app, 1_000, 1_200, 'F')).toEqual([403]);
          expect(app.metrics()).toContain('enforcement{route="POST /login",state="on"} 1');
          await visitAll(app, 0, 13, 'F');
          expect(await visit(app, 5_000, 'F')).toBe(200);
          expect(decisions.at(-1)).toMatchObject({ action: 'would-block', reason: 'paused' });
          expect(app.metrics()).toContain('guard_pauses_total{route="POST /login"} 1');
        });
      },
    );

    describe('who is judged', () => {
      it('is the connection, whatever a header claims', async () => {
        const app = await run({ detector: flagsAll, mode: 'enforce' });
        for (let call = 0; call < 4; call++) {
          const headers = {
            'X-Forwarded-For': `198.51.100.${call}`,
            Forwarded: 'for=198.51.100.9',
          };
          await get(app, '/products/1', { headers });
        }
        expect(new Set(decisions.map(({ client }) => client))).toEqual(new Set(['127.0.0.1']));
      });

      it.skipIf(limits.trustListed !== undefined)(
        `is whom the nearest trusted proxy names${because(limits.trustListed)}`,
        async () => {
          const app = await run({}, ['127.0.0.1']);
          // The first address is what the client itself had sent to the proxy.
          await get(app, '/products/1', {
            headers: { 'X-Forwarded-For': '198.51.100.1, 203.0.113.9' },
          });
          expect(decisions).toMatchObject([{ client: '203.0.113.9' }]);
        },
      );

      it.skipIf(limits.trustAll !== undefined)(
        `is nobody where every proxy is trusted${because(limits.trustAll)}`,
        async () => {
          const spoofed = { headers: { 'X-Forwarded-For': '203.0.113.9' } };
          await get(await run({}, true), '/products/1', spoofed);
          await get(await run({ validate: { trustProxy: false } }, true), '/products/1', spoofed);
          expect(decisions).toMatchObject([
            { action: 'error', reason: 'no client' },
            { action: 'allow', client: '203.0.113.9' },
          ]);
        },
      );
    });

    it('records how the handlers answered, not what it refused itself', async () => {
      const answers: Answer[] = [];
      class Observed extends SessionTracker {
        override answered(answer: Answer): void {
          answers.push(answer);
          super.answered(answer);
        }
      }
      const app = await run({
        detector: flagsAll,
        mode: { POST: 'enforce' },
        store: new Observed(),
      });
      for (const path of ['/products/1', '/fail', '/nothing/here']) {
        await (await get(app, path)).arrayBuffer();
      }
      await get(app, '/login', { method: 'POST' });
      await (await get(app, '/products/2')).arrayBuffer();
      await expect.poll(() => answers.map(({ status }) => status)).toEqual([200, 500, 404, 200]);
      expect(decisions.map(({ action }) => action)).toContain('block');
      for (const { client, durationMs, timeMs } of answers) {
        expect(client).toBe('127.0.0.1');
        expect(durationMs).toBeGreaterThan(0);
        expect(timeMs).toBeGreaterThan(0);
      }
    });

    it('records a client that went away before its reply', async () => {
      const statuses: number[] = [];
      class Observed extends SessionTracker {
        override answered(answer: Answer): void {
          statuses.push(answer.status);
        }
      }
      const app = await run({ store: new Observed() });
      const socket = connect(app.port, '127.0.0.1');
      socket.write('GET /never HTTP/1.1\r\nHost: a\r\n\r\n');
      await expect.poll(() => decisions.length).toBe(1);
      socket.destroy();
      await expect.poll(() => statuses).toEqual([499]);
    });

    it(`takes header and path bombs for one client and few routes${because(limits.undecodablePaths)}`, async () => {
      const app = await run({});
      const paths = [`/${'a'.repeat(6_000)}`, `/${'a/'.repeat(3_000)}`];
      if (limits.undecodablePaths === undefined) paths.push('/%00%ff//..//');
      const headers = { Cookie: `a=${'b'.repeat(6_000)}`, Authorization: 'x'.repeat(4_000) };
      for (const path of paths) await (await get(app, path, { headers })).arrayBuffer();
      expect(decisions).toHaveLength(paths.length);
      for (const { client, route, action } of decisions) {
        expect([client, action]).toEqual(['127.0.0.1', 'allow']);
        expect(route.length).toBeLessThan(600);
      }
    });

    it('counts what it decided', async () => {
      const app = await run({
        detector: flagsAll,
        mode: { POST: 'enforce' },
        skip: (request) => String(request.url ?? request.req?.path).endsWith('/decision'),
      });
      await becomeKnown(app);
      await get(app, '/products/2');
      await get(app, '/login', { method: 'POST' });
      await get(app, '/decision');
      const counted = app.metrics().match(/(?<=guard_)decisions_total\{.*/g);
      expect(counted).toEqual([
        'decisions_total{action="allow",mode="observe",route="GET /products/:id"} 1',
        'decisions_total{action="would-block",mode="observe",route="GET /products/:id"} 1',
        'decisions_total{action="block",mode="enforce",route="POST /login"} 1',
        'decisions_total{action="skip",mode="observe",route="GET /decision"} 1',
      ]);
    });
  });
}

function because(limit: string | undefined): string {
  return limit === undefined ? '' : ` (not here: ${limit})`;
}

/** Everything that the server sends until it closes, but for what differs with the time. */
async function rawResponse(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  socket.write(request);
  return (await text(socket)).replace(/^Date: .*\r$/gim, 'Date: \r');
}
