import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { logFields } from '../../../src/traffic/logs/log-fields.js';
import type { LogOptions } from '../../../src/traffic/logs/log-options.js';
import type { LoggedCall } from '../../../src/traffic/logs/logged-call.js';
import { allCalls } from '../../support/log-reader.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { thrownBy } from '../../support/thrown-by.js';

const folder = temporaryFolder();
const AT = Date.UTC(2024, 4, 1, 10, 0, 0);
const TIME = '[01/May/2024:12:00:00 +0200]';

async function callsOf(text: string | Uint8Array, options?: LogOptions) {
  return (await allCalls([folder.write('access.log', text)], options)).calls;
}

/** Of a log of one line. */
async function callOf(line: string, options?: LogOptions): Promise<LoggedCall> {
  const calls = await callsOf(`${line}\n`, options);
  expect(calls).toHaveLength(1);
  return calls[0];
}

describe('combined and common logs', () => {
  it('give who called what when, and how it was answered', async () => {
    const line = `203.0.113.7 - ada ${TIME} "GET /orders/17?x=1 HTTP/1.1" 404 12 "-" "curl/8"`;
    expect(await callOf(line, { source: 'F' })).toEqual({
      timeMs: AT,
      client: '203.0.113.7',
      user: 'ada',
      route: 'GET /orders/:id',
      group: '203.0.113.0/24',
      addressType: 'default',
      source: 'F',
      status: 404,
      durationMs: 0,
    });
  });

  it('may begin with a byte order mark, as JSON lines may', async () => {
    const line = `10.0.0.1 - - ${TIME} "GET / HTTP/1.1" 200 5`;
    expect(await callOf(`\uFEFF${line}`)).toMatchObject({ client: '10.0.0.1' });
    const json = JSON.stringify({ time: AT, ip: '10.0.0.1', method: 'GET', url: '/' });
    expect(await callOf(`\uFEFF${json}`)).toMatchObject({ client: '10.0.0.1' });
  });

  it('may end after the size, with a carriage return, or without a line end', async () => {
    const line = `10.0.0.1 - - ${TIME} "POST /login HTTP/2.0" 200 -`;
    const call = { route: 'POST /login', user: '', status: 200, addressType: 'private' };
    expect(await callsOf(`${line}\r\n\n${line}`)).toMatchObject([call, call]);
  });

  it('may tell the time that nginx took, behind the agent or without one', async () => {
    const line = `10.0.0.1 - - ${TIME} "GET / HTTP/1.1" 200 5`;
    expect(await callOf(`${line} "-" "agent 1.5" "10.1.1.1" 0.250 0.100`)).toMatchObject({
      durationMs: 250,
    });
    expect(await callOf(`${line} 1.004`)).toMatchObject({ durationMs: 1004 });
    expect(await callOf(`${line} "-" "a" 1543`)).toMatchObject({ durationMs: 0 });
    // $msec, the time of day.
    expect(await callOf(`${line} "-" "a" 1700000000.123 0.004`)).toMatchObject({ durationMs: 4 });
    expect(await callOf(`${line} "-" "a" 1.2345678`)).toMatchObject({ durationMs: 0 });
  });

  it('tell IPv6 clients apart by /56', async () => {
    const line = `2001:db8:1:203::9 - - ${TIME} "GET / HTTP/1.1" 200 5`;
    expect(await callOf(line)).toMatchObject({
      client: '2001:db8:1:200::/56',
      group: '2001:db8:1::/48',
    });
  });

  it('read quotes and bytes that were escaped, in requests, agents and users', async () => {
    const line = String.raw`10.0.0.1 - a\x22b\\ ${TIME} "GET /say\"hi\x22/x HTTP/1.1" 200 5 "-" "\"[\""`;
    expect(await callOf(line, { sessionKey: 'user', routes: ['/say"hi"/x'] })).toMatchObject({
      user: 'a"b\\',
      client: 'sub:a"b\\',
      route: 'GET /say"hi"/x',
    });
  });

  it.each([
    [String.raw`GET\x20/b /apples`, 'OTHER /apples'],
    ['GE?T /apples?x', 'OTHER /apples'],
    ['get /apples', 'OTHER /apples'],
  ])('take nothing of a method for a path: %s', async (request, route) => {
    expect(await callOf(`10.0.0.1 - - ${TIME} "${request} HTTP/1.1" 200 5`)).toMatchObject({
      route,
    });
    const [method, url] = request.replace(String.raw`\x20`, ' ').split(/ (?=\/a)/);
    const line = { time: AT, ip: '203.0.113.7', method, url };
    expect(await callOf(JSON.stringify(line))).toMatchObject({ route });
  });

  it('cannot be misled by a user name that looks like a line', async () => {
    const line = `10.0.0.1 - a [01/Jan/2000:00:00:00 +0000] GET / b ${TIME} "GET /x HTTP/1.1" 200 5`;
    expect(await callOf(line)).toMatchObject({
      timeMs: AT,
      user: 'a [01/Jan/2000:00:00:00 +0000] GET / b',
      route: 'GET /x',
    });
    const quoted = String.raw`10.0.0.1 - a [01/Jan/2000:00:00:00 +0000]\"GET /b HTTP/1.1\" 200 5 ${TIME} "GET /x HTTP/1.1" 200 5`;
    expect(await callOf(quoted)).toMatchObject({
      timeMs: AT,
      user: 'a [01/Jan/2000:00:00:00 +0000]"GET /b HTTP/1.1" 200 5',
      route: 'GET /x',
    });
  });

  it('read user names in UTF-8', async () => {
    expect(await callOf(`10.0.0.1 - zoë ${TIME} "GET / HTTP/1.1" 200 5`)).toMatchObject({
      user: 'zoë',
    });
  });
});

const SERVERS: readonly [server: string, line: object, call: Partial<LoggedCall>][] = [
  [
    'nginx',
    {
      time_iso8601: '2024-05-01T12:00:00+02:00',
      remote_addr: '203.0.113.7',
      remote_user: '-',
      request: 'GET /orders/17?x=1 HTTP/1.1',
      status: '404',
      request_time: '0.250',
      request_id: 'f3a1',
    },
    { user: '' },
  ],
  [
    'Caddy',
    {
      level: 'info',
      ts: 1714557600.0,
      msg: 'handled request',
      request: {
        remote_ip: '10.9.9.9',
        client_ip: '203.0.113.7',
        proto: 'HTTP/2.0',
        method: 'GET',
        uri: '/orders/17?x=1',
      },
      user_id: 'ada',
      duration: 0.25,
      status: 404,
    },
    { user: 'ada' },
  ],
  [
    'Traefik',
    {
      ClientAddr: '10.9.9.9:52000',
      ClientHost: '203.0.113.7',
      ClientUsername: 'ada',
      DownstreamStatus: 404,
      Duration: 250_000_000,
      RequestMethod: 'GET',
      RequestPath: '/orders/17?x=1',
      StartUTC: '2024-05-01T10:00:00.000000000Z',
      time: '2024-05-01T10:00:01Z',
    },
    { user: 'ada' },
  ],
  [
    'an AWS load balancer',
    {
      time: '2024-05-01T10:00:00.000000Z',
      client: '203.0.113.7:51234',
      target_processing_time: 0.25,
      elb_status_code: 404,
      request: 'GET https://shop.example:443/orders/17?x=1 HTTP/1.1',
    },
    {},
  ],
  [
    'API Gateway',
    {
      requestId: 'c6af9ac6',
      ip: '203.0.113.7',
      requestTime: '01/May/2024:10:00:00 +0000',
      httpMethod: 'GET',
      resourcePath: '/orders/17',
      status: '404',
      responseLatency: '250',
    },
    {},
  ],
  [
    'pino-http',
    {
      level: 30,
      time: AT,
      req: { id: 7, method: 'GET', url: '/orders/17?x=1', remoteAddress: '::ffff:203.0.113.7' },
      res: { statusCode: 404 },
      responseTime: 250,
    },
    {},
  ],
  [
    'the Elastic Common Schema',
    {
      '@timestamp': '2024-05-01T10:00:00Z',
      client: { ip: '203.0.113.7' },
      'user.name': 'ada',
      http: { request: { method: 'GET' }, response: { status_code: 404 } },
      url: { path: '/orders/17' },
      'event.duration': 250_000_000,
    },
    { user: 'ada' },
  ],
];

describe('JSON lines', () => {
  it.each(SERVERS)('of %s are understood as they are', async (_server, line, call) => {
    expect(await callOf(JSON.stringify(line))).toMatchObject({
      timeMs: AT,
      client: '203.0.113.7',
      route: 'GET /orders/:id',
      status: 404,
      durationMs: 250,
      ...call,
    });
  });

  it('have their fields where the user says', async () => {
    const line = {
      at: 1714557600,
      headers: { x_user: 'zoë', 'x.key': 'secret' },
      peer: '203.0.113.7',
      took: 4,
      what: 'GET /a',
    };
    const fields = logFields([
      'time=at',
      'user=headers.x_user',
      'address=peer',
      'duration=took:ms',
      'request=what',
    ]);
    expect(await callOf(JSON.stringify(line), { fields })).toMatchObject({
      timeMs: AT,
      client: '203.0.113.7',
      user: 'zoë',
      durationMs: 4,
      route: 'GET /a',
      status: 0,
    });
  });

  it('tell addresses apart from ports', async () => {
    const line = { time: AT, method: 'GET', url: '/a' };
    for (const [ip, client] of [
      ['203.0.113.7:51234', '203.0.113.7'],
      ['[2001:db8:1:203::9]:443', '2001:db8:1:200::/56'],
      ['2001:db8:1:203::9', '2001:db8:1:200::/56'],
    ]) {
      expect(await callOf(JSON.stringify({ ...line, ip }))).toMatchObject({ client });
    }
  });

  it('have a secret in the field of the session key, which is hashed', async () => {
    const line = { time: AT, ip: '203.0.113.7', method: 'GET', url: '/a' };
    const lines = [{ ...line, auth: { key: 'k1' } }, line, { ...line, auth: { key: 'k1' } }];
    const text = lines.map((one) => JSON.stringify(one)).join('\n');
    const path = folder.write('keys.log', text);
    const { calls, counts } = await allCalls([path], { sessionKey: 'auth.key' });
    const [first, second, third] = calls.map(({ client }) => client);
    expect(first).toMatch(/^auth\.key:sha256:[^1]/);
    expect(third).toBe(first);
    expect(second).toBe('203.0.113.7');
    expect(counts.withoutKey).toBe(1);
  });

  it.each([
    ['2024-05-01T10:00:00.25Z', AT + 250],
    ['2024-05-01 10:00:00,250', AT + 250],
    ['2024-05-01T12:00:00+02', AT],
    ['2024-05-01T04:30:00-05:30', AT],
    ['01/May/2024:10:00:00', AT],
    ['01/May/2024:10:00:00 Z', AT],
    ['01/May/2024:12:00:00 +02', AT],
    ['01/May/2024:12:00:00 +0200', AT],
    ['1714557600.5', AT + 500],
    [1714557600.5, AT + 500],
    [AT + 7, AT + 7],
    [(AT + 7) * 1_000, AT + 7],
    [(AT + 7) * 1_000_000, AT + 7],
  ])('have times such as %s', async (time, timeMs) => {
    const line = { time, ip: '203.0.113.7', method: 'GET', url: '/a' };
    expect((await callOf(JSON.stringify(line))).timeMs).toBeCloseTo(timeMs, 3);
  });
});

describe('fields that the user gives', () => {
  it('are refused where nobody can tell what is meant', () => {
    expect(thrownBy(() => logFields(['usr=a'])).message).toContain('time, address, user');
    for (const duration of ['took', 'took:min', 'took:constructor']) {
      const { message } = thrownBy(() => logFields([`duration=${duration}`]));
      expect(message).toContain('duration=took:ms');
    }
  });
});

describe('gzip', () => {
  it('is told by its first bytes, also of members behind each other', async () => {
    const line = (path: string) => `10.0.0.1 - - ${TIME} "GET ${path} HTTP/1.1" 200 5\n`;
    const text = Buffer.concat([gzipSync(line('/a') + line('/b')), gzipSync(line('/c'))]);
    expect((await callsOf(text)).map(({ route }) => route)).toEqual(['GET /a', 'GET /b', 'GET /c']);
  });
});
