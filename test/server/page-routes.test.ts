import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import type { Detector } from '../../src/model/detector.js';
import { DriftWatch } from '../../src/server/drift-watch.js';
import type { Reply, RequestHead } from '../../src/server/http.js';
import { LiveCatalog } from '../../src/server/live-catalog.js';
import { createMetrics, type ServerMetrics } from '../../src/server/metrics.js';
import { pageRoutes } from '../../src/server/page-routes.js';
import type { Action, Route } from '../../src/server/route.js';
import {
  ANOMALOUS_ROW,
  NORMAL_ROW,
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const detectors = [sampleForest(), sampleIsolationForest(), sampleOneClassSvm()];

const drift = new DriftWatch();
let engine: Engine;
let metrics: ServerMetrics;
let routes: Route[];

beforeAll(async () => {
  engine = await createEngine({ workers: 0 });
  const models = { live: new LiveCatalog(detectors), counts: { loads: 2, failures: 0 } };
  metrics = createMetrics(engine, models, drift);
  routes = serving(detectors);
});
afterAll(() => engine.close());

function serving(served: readonly Detector[]): Route[] {
  return pageRoutes({ live: new LiveCatalog(served), engine, metrics, drift });
}

function open(method: string, path: string, head: Partial<RequestHead> = {}): Action {
  const route = routes.find((candidate) => candidate.method === method && candidate.path === path);
  if (route === undefined) throw new Error(`no route ${method} ${path}`);
  return route.open({
    parameter: '',
    head: {
      method,
      path,
      query: '',
      authorization: '',
      contentType: '',
      accept: '',
      contentLengthBytes: undefined,
      remoteAddress: () => '127.0.0.1',
      ...head,
    },
  });
}

async function get(path: string, query = ''): Promise<Reply> {
  const action = open('GET', path, { query });
  if (action.kind !== 'immediate') throw new Error(`unexpected ${action.kind}`);
  return action.reply;
}

async function post(form: string, contentType = FORM_TYPE): Promise<Reply> {
  const action = open('POST', '/predict', { contentType });
  if (action.kind === 'immediate') return action.reply;
  if (action.kind !== 'body') throw new Error(`unexpected ${action.kind}`);
  return action.handle(Buffer.from(form));
}

function formOf(row: Readonly<Record<string, number | string>>, model = 'ocsvm'): string {
  const form = new URLSearchParams({ model });
  for (const [name, value] of Object.entries(row)) form.set(name, String(value));
  return form.toString();
}

describe('GET /', () => {
  it('shows the form of ocsvm first', async () => {
    const { status, contentType, body } = await get('/');
    expect(status).toBe(200);
    expect(contentType).toBe('text/html; charset=utf-8');
    expect(body).toContain('<option value="ocsvm" selected>');
  });

  it('shows the first detector where there is no ocsvm', async () => {
    const [forest] = detectors;
    const [form] = serving([forest]);
    const action = form.open({
      parameter: '',
      head: { query: '' } as RequestHead,
    });
    expect(action).toHaveProperty('reply.body', expect.stringContaining('value="hybrid" selected'));
  });

  it('shows the form of the detector that is asked for', async () => {
    expect((await get('/', 'model=hybrid')).body).toContain('<option value="hybrid" selected>');
  });

  it('fills in an example', async () => {
    const { body } = await get('/', 'model=ocsvm&example=1');
    expect(body).toContain('name="sequence_length" value="18.5"');
    expect(body).toMatch(/name="ip_type_default" value="1"\s+checked/);
  });

  it('answers an unknown detector with 404 and the form', async () => {
    const { status, body } = await get('/', 'model=%3Cscript%3E');
    expect(status).toBe(404);
    expect(body).toContain(
      'unknown model &#34;&lt;script&gt;&#34;, expected one of hybrid, isolation-forest, ocsvm',
    );
    expect(body).toContain('name="num_users"');
    expect(body).not.toContain('<script');
  });
});

describe('POST /predict', () => {
  it.each(detectors.map(({ name }) => name))(
    'calls the usual behaviour normal by %s',
    async (model) => {
      const { status, body } = await post(formOf(NORMAL_ROW, model));
      expect(status).toBe(200);
      expect(body).toContain('<h1 id="verdict">Normal</h1>');
    },
  );

  it.each(detectors.map(({ name }) => name))(
    'calls a strange behaviour an anomaly by %s',
    async (model) => {
      const { status, body } = await post(formOf(ANOMALOUS_ROW, model));
      expect(status).toBe(200);
      expect(body).toContain('<h1 id="verdict">Anomaly</h1>');
    },
  );

  it('shows the score and the risk that the engine gives, and the version', async () => {
    const { body } = await post(formOf(ANOMALOUS_ROW, 'hybrid'));
    const { scores, risks, version } = await engine.score(detectors[0], { rows: [ANOMALOUS_ROW] });
    expect(body).toContain(`<b>${Number(scores[0].toPrecision(6))}</b>`);
    expect(body).toContain(`<b>${risks[0].toFixed(3)}</b>`);
    expect(body).toContain(version);
  });

  it('keeps the form filled below the verdict', async () => {
    const { body } = await post(formOf({ ...NORMAL_ROW, num_users: '2.2e2' }));
    expect(body).toContain('name="num_users" value="2.2e2"');
    expect(body).toMatch(/<td[^>]*>220<\/td>/);
  });

  it('shows what each value contributes, the largest first, beside its normal range', async () => {
    const { body } = await post(formOf(ANOMALOUS_ROW));
    const { explanation } = await engine.explain(detectors[2], { rows: [ANOMALOUS_ROW] });
    const { features, contributions } = explanation;
    const order = [...contributions.keys()].sort(
      (a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]),
    );
    const titles = order.map((i) => detectors[2].schema.features[i].title);
    const shown = [...String(body).matchAll(/<th role="rowheader" scope="row">(.*?) </g)];
    expect(shown.map(([, title]) => title)).toEqual(titles);
    const users = features.findIndex(({ name }) => name === 'num_users');
    const text = Math.abs(contributions[users]).toLocaleString('en', {
      maximumSignificantDigits: 3,
    });
    expect(body).toMatch(
      new RegExp(
        `Users.*?<td[^>]*>1</td>.*?<td[^>]*>-380 to 820</td>.*?−${text}.*?for an anomaly`,
        's',
      ),
    );
  });

  it('shows the values alone where the detector cannot explain itself', async () => {
    const unexplained = sampleOneClassSvm({ transforms: [] });
    routes = serving([unexplained]);
    const { status, body } = await post(formOf(ANOMALOUS_ROW)).finally(() => {
      routes = serving(detectors);
    });
    expect(status).toBe(200);
    expect(body).toContain('Values that were scored');
    expect(body).not.toContain('contributes');
  });

  it('counts what it scored', async () => {
    const before = await scored('normal');
    await post(formOf(NORMAL_ROW));
    expect(await scored('normal')).toBe(before + 1);
  });

  it('answers mistakes with 400 and the form as it was typed', async () => {
    const { status, body } = await post(formOf({ ...NORMAL_ROW, num_users: '<b>many' }));
    expect(status).toBe(400);
    expect(body).toContain('name="num_users" value="&lt;b&gt;many"');
    expect(body).toContain('id="field-5-problem"');
    expect(body).not.toContain('<b>many');
    expect(body).not.toContain('id="verdict"');
  });

  it.each([
    ['missing', formOf(NORMAL_ROW).replace('model=ocsvm&', '')],
    ['given 2 times, expected once', `${formOf(NORMAL_ROW)}&model=hybrid`],
  ])('answers a choice of detector that is %s with 400', async (message, form) => {
    const { status, body } = await post(form);
    expect(status).toBe(400);
    expect(body).toContain(`<a href="#detector">Detector: ${message}</a>`);
  });

  it('answers an unknown detector with 404 and the form as it was typed', async () => {
    const { status, body } = await post(formOf({ ...NORMAL_ROW, num_users: 7 }, 'nobody'));
    expect(status).toBe(404);
    expect(body).toContain('unknown model &#34;nobody&#34;');
    expect(body).toContain('name="num_users" value="7"');
  });

  it.each(['application/json', 'multipart/form-data; boundary=x', ''])(
    'answers content of type %j with 415',
    async (contentType) => {
      const { status, body } = await post(formOf(NORMAL_ROW), contentType);
      expect(status).toBe(415);
      expect(body).toContain(`Content-Type expected ${FORM_TYPE}`);
    },
  );

  it('takes a content type with a charset', async () => {
    const contentType = 'Application/X-WWW-Form-Urlencoded; charset=UTF-8';
    expect(await post(formOf(NORMAL_ROW), contentType)).toHaveProperty('status', 200);
  });

  it('answers a form of more than a megabyte with 413', async () => {
    const { status, body } = await post(`model=${'x'.repeat(1024 * 1024)}`);
    expect(status).toBe(413);
    expect(body).toContain('the form has 1048582 bytes, at most 1048576 are allowed');
  });

  it('survives bytes that are no text', async () => {
    const action = open('POST', '/predict', { contentType: FORM_TYPE });
    if (action.kind !== 'body') throw new Error(`unexpected ${action.kind}`);
    const reply = await action.handle(Uint8Array.of(0xff, 0xfe, 0x25, 0x26, 0x3d, 0));
    expect(reply.status).toBe(400);
  });

  it('has read the body when the call returns, as the transport may reuse it', async () => {
    const action = open('POST', '/predict', { contentType: FORM_TYPE });
    if (action.kind !== 'body') throw new Error(`unexpected ${action.kind}`);
    const body = Buffer.from(formOf(NORMAL_ROW));
    const reply = action.handle(body);
    body.fill(0);
    expect((await reply).body).toContain('<h1 id="verdict">Normal</h1>');
  });
});

describe('every page', () => {
  it('forbids scripts, foreign sources, framing and referrers', async () => {
    for (const reply of [await get('/'), await post(formOf(NORMAL_ROW)), await post('')]) {
      expect(reply.headers).toMatchObject({
        'Content-Security-Policy':
          "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'no-store',
      });
    }
  });

  it('is open on loopback only', () => {
    expect(routes.map(({ path, access }) => [path, access])).toEqual([
      ['/', 'loopback'],
      ['/predict', 'loopback'],
      ['/styles.css', 'loopback'],
    ]);
  });

  it('finds its stylesheet', async () => {
    const { status, contentType, body } = await get('/styles.css');
    expect([status, contentType]).toEqual([200, 'text/css; charset=utf-8']);
    expect(body).toContain('prefers-color-scheme: dark');
  });
});

async function scored(prediction: string): Promise<number> {
  const { text } = metrics.expose();
  const line = new RegExp(`rows_scored_total{model="ocsvm",prediction="${prediction}"} (\\d+)`);
  return Number(line.exec(text)?.[1] ?? 0);
}
