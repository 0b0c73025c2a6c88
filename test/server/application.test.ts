import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { AnomalyPredictorError } from '../../src/errors.js';
import { createApplication } from '../../src/server/application.js';
import { tokenHash } from '../../src/server/auth.js';
import { DriftWatch } from '../../src/server/drift-watch.js';
import {
  type Admission,
  type Application,
  ClientGoneError,
  type Reply,
  type ReplyStream,
  type RequestHead,
} from '../../src/server/http.js';
import { LiveCatalog } from '../../src/server/live-catalog.js';
import { createMetrics, type ServerMetrics } from '../../src/server/metrics.js';
import { pageRoutes } from '../../src/server/page-routes.js';
import type { Access, Action, Route } from '../../src/server/route.js';
import { statusRoutes } from '../../src/server/status-routes.js';
import { sampleForest } from '../support/sample-detectors.js';

const OK: Reply = { status: 200, contentType: 'text/plain', body: 'fine' };
const NO_STREAM: ReplyStream = { start() {}, async write() {}, end() {} };
const LIMIT_BYTES = 10;

const live = new LiveCatalog([sampleForest()]);
const models = { live, counts: { loads: 1, failures: 0 } };
let engine: Engine;
let metrics: ServerMetrics;
let logged: unknown[] = [];
const { error: logError } = console;

beforeAll(async () => {
  engine = await createEngine({ workers: 0 });
  console.error = (...what: unknown[]) => logged.push(...what);
});
afterEach(() => {
  logged = [];
});
afterAll(() => {
  console.error = logError;
  return engine.close();
});

const drift = new DriftWatch();

function serving(routes: readonly Route[]): Application {
  metrics = createMetrics(engine, models, drift);
  const config = { ...readConfig({}, {}), tokens: [tokenHash('right')], maxBodyBytes: LIMIT_BYTES };
  return createApplication({ config, metrics }, routes);
}

function route(action: Action | (() => Action), path = '/here', access: Access = 'open'): Route {
  const open = typeof action === 'function' ? action : () => action;
  return { method: 'GET', path, access, operation: {}, open };
}

function headOf(path: string, changes: Partial<RequestHead> = {}): RequestHead {
  return {
    method: 'GET',
    path,
    query: '',
    authorization: '',
    contentType: '',
    accept: '',
    contentLengthBytes: undefined,
    remoteAddress: () => '127.0.0.1',
    ...changes,
  };
}

/** The one reply of a request without a body. */
async function replyTo(admission: Admission): Promise<Reply> {
  if (admission.kind === 'immediate') return admission.reply;
  if (admission.kind === 'body') return admission.handle(new Uint8Array(0));
  throw new Error('a stream');
}

/** Requests counted so far, as 'route status count'. */
async function counted(): Promise<string[]> {
  const { text } = metrics.expose();
  const pattern = /http_requests_total\{route="(.*)",status="(.*)"\} (\d+)/g;
  return [...text.matchAll(pattern)].map(([, ...parts]) => parts.join(' '));
}

describe('loopback', () => {
  const lifecycle = { stopping: false };
  const PLACES = ['/', '/styles.css', '/metrics'];
  const application = () =>
    serving([
      ...pageRoutes({ live, engine, drift, metrics: createMetrics(engine, models, drift) }),
      ...statusRoutes({ lifecycle, metrics: createMetrics(engine, models, drift) }),
    ]);

  it.each(['127.0.0.1', '127.8.7.6', '::1', '::ffff:127.0.0.1'])(
    'sees the pages and the metrics: %s',
    async (address) => {
      const { admit } = application();
      for (const path of PLACES) {
        const reply = await replyTo(admit(headOf(path, { remoteAddress: () => address })));
        expect([path, reply.status]).toEqual([path, 200]);
      }
    },
  );

  it.each([
    '10.0.0.5',
    '192.168.1.127',
    '128.0.0.1',
    '1.127.0.0',
    '27.0.0.1',
    '::ffff:10.0.0.5',
    'fe80::1',
    '::2',
    '::',
    '2001:db8::127:1',
    '',
  ])('alone does: %j is answered by 403', async (address) => {
    const { admit } = application();
    for (const path of PLACES) {
      const reply = await replyTo(admit(headOf(path, { remoteAddress: () => address })));
      expect(reply.status).toBe(403);
      expect(JSON.parse(String(reply.body))).toEqual({
        error: `${path} is open on loopback only`,
        code: 'forbidden',
      });
    }
    const health = admit(headOf('/healthz', { remoteAddress: () => address }));
    expect((await replyTo(health)).status).toBe(200);
  });

  it('is not asked for where a token is', async () => {
    const { admit } = serving([route({ kind: 'immediate', reply: OK }, '/here', 'token')]);
    const remoteAddress = () => '10.0.0.5';
    const authorization = 'Bearer right';
    expect((await replyTo(admit(headOf('/here', { remoteAddress, authorization })))).status).toBe(
      200,
    );
  });
});

describe('readiness', () => {
  it('ends when the server stops, while it is still alive', async () => {
    const lifecycle = { stopping: false };
    const { admit } = serving(
      statusRoutes({ lifecycle, metrics: createMetrics(engine, models, drift) }),
    );
    expect((await replyTo(admit(headOf('/readyz')))).status).toBe(200);
    lifecycle.stopping = true;
    const reply = await replyTo(admit(headOf('/readyz')));
    expect(reply.status).toBe(503);
    expect(JSON.parse(String(reply.body))).toMatchObject({ code: 'shutting-down' });
    expect((await replyTo(admit(headOf('/healthz')))).status).toBe(200);
  });
});

describe('a fault of the program', () => {
  const fault = new TypeError('secret place /home');
  const faulty: readonly (readonly [string, Action | (() => Action)])[] = [
    [
      'in a route',
      () => {
        throw fault;
      },
    ],
    [
      'in a handler',
      {
        kind: 'body',
        handle: () => {
          throw fault;
        },
      },
    ],
    ['in a promise', { kind: 'body', handle: () => Promise.reject(fault) }],
    ['in a stream', { kind: 'stream', handle: () => Promise.reject(fault) }],
  ];

  it.each(faulty)('%s is answered by 500, logged, counted and not told', async (_, action) => {
    const admission = serving([route(action)]).admit(headOf('/here'));
    const reply =
      admission.kind === 'stream'
        ? await admission.handle((async function* () {})(), NO_STREAM)
        : await replyTo(admission);
    expect(reply?.status).toBe(500);
    expect(JSON.parse(String(reply?.body))).toEqual({ error: 'internal error', code: 'internal' });
    expect(logged).toEqual([fault]);
    expect(await counted()).toEqual(['/here 500 1']);
  });
});

describe('a request is counted once', () => {
  it('when it is answered', async () => {
    const { admit } = serving([route({ kind: 'body', handle: () => OK })]);
    await replyTo(admit(headOf('/here')));
    await replyTo(admit(headOf('/there')));
    expect(await counted()).toEqual(['/here 200 1', 'none 404 1']);
  });

  it('when its client goes away before its reply is ready', async () => {
    let answer = (_: Reply) => {};
    const handle = () =>
      new Promise<Reply>((resolve) => {
        answer = resolve;
      });
    const admission = serving([route({ kind: 'body', handle })]).admit(headOf('/here'));
    if (admission.kind !== 'body') throw new Error(admission.kind);
    const reply = admission.handle(new Uint8Array(0));
    admission.aborted();
    answer(OK);
    await reply;
    expect(await counted()).toEqual(['/here 499 1']);
  });

  it('when its body is too large', async () => {
    const { admit } = serving([route({ kind: 'body', handle: () => OK })]);
    const admission = admit(headOf('/here'));
    if (admission.kind !== 'body') throw new Error(admission.kind);
    expect(admission.limitBytes).toBe(LIMIT_BYTES);
    expect(JSON.parse(String(admission.tooLarge().body))).toEqual({
      error: 'the body is larger than 10 bytes, the limit',
      code: 'body-too-large',
    });
    admission.aborted();
    expect(await counted()).toEqual(['/here 413 1']);
  });

  it('when it is a stream, to its end or to that of its client', async () => {
    const stream = (failure?: Error) => {
      const handle = async () => {
        if (failure !== undefined) throw failure;
      };
      const admission = serving([route({ kind: 'stream', handle })]).admit(headOf('/here'));
      if (admission.kind !== 'stream') throw new Error(admission.kind);
      return admission.handle((async function* () {})(), NO_STREAM);
    };
    expect(await stream()).toBeUndefined();
    expect(await counted()).toEqual(['/here 200 1']);
    await expect(stream(new ClientGoneError('gone'))).rejects.toThrow(ClientGoneError);
    expect(await counted()).toEqual(['/here 499 1']);
    const refused = await stream(new AnomalyPredictorError('queue-full', 'no room'));
    expect(refused?.status).toBe(503);
    expect(await counted()).toEqual(['/here 503 1']);
    expect(logged).toEqual([]);
  });
});
