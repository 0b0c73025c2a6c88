// What every transport does, over real sockets; transports.test.ts runs it for each of them.
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { AnomalyPredictorError } from '../../../src/errors.js';
import type { Listen, Listener } from '../../../src/server/http.js';
import { chunk, chunkedHead, get, LAST_CHUNK, post, RawClient } from '../raw-client.js';
import { BIG_REPLY, LIMIT_BYTES, ProbeApplication } from './probe-application.js';

const IDLE_TIMEOUT_MS = 20_000;
const MIB = 1024 * 1024;

/** Behaviour that one transport cannot offer, and why. */
export interface KnownLimits {
  readonly everything?: string | undefined;
  /** Replies to requests that are pipelined behind a pending one. */
  readonly pipeliningBehindPending?: string;
  /** HTTP/1.0. */
  readonly http10?: string;
  /** An idle time of its own for a request's head. */
  readonly headTimeout?: string;
}

export function describeTransport(
  name: Listener['transport'],
  listen: Listen,
  limits: KnownLimits = {},
): void {
  describe.skipIf(limits.everything !== undefined)(titled(name, limits.everything), () => {
    let listener: Listener | undefined;
    let application: ProbeApplication;
    const clients: RawClient[] = [];

    afterEach(async () => {
      application.release();
      for (const client of clients.splice(0)) client.close();
      await listener?.close();
      listener = undefined;
    });

    async function serve(options: { host?: string; idleTimeoutMs?: number } = {}): Promise<string> {
      application = new ProbeApplication();
      const defaults = { host: '127.0.0.1', port: 0, idleTimeoutMs: IDLE_TIMEOUT_MS };
      listener = await listen(application, { ...defaults, ...options });
      return `http://127.0.0.1:${listener.port}`;
    }

    async function connect(host?: string): Promise<RawClient> {
      const client = await RawClient.connect(listener?.port ?? 0, host);
      clients.push(client);
      return client;
    }

    async function serveOne(options: { idleTimeoutMs?: number } = {}): Promise<RawClient> {
      await serve(options);
      return connect();
    }

    describe('requests and replies', () => {
      it('names itself and the port that it listens on', async () => {
        await serve();
        expect(listener?.transport).toBe(name);
        expect(listener?.port).toBeGreaterThan(0);
      });

      it('hands the head of a request to the application', async () => {
        const url = await serve();
        const headers = { Authorization: 'Bearer x', Accept: 'a/b', 'Content-Type': 'c/d' };
        const full = await fetch(`${url}/head?model=ocsvm&x=%20`, {
          method: 'POST',
          headers,
          body: '12345',
        });
        expect(await full.json()).toEqual({
          method: 'POST',
          path: '/head',
          query: 'model=ocsvm&x=%20',
          authorization: 'Bearer x',
          accept: 'a/b',
          contentType: 'c/d',
          contentLengthBytes: 5,
          remoteAddress: '127.0.0.1',
        });
        const client = await connect();
        client.send(get('/head'));
        expect(JSON.parse((await client.reply()).body.toString())).toEqual({
          method: 'GET',
          path: '/head',
          query: '',
          authorization: '',
          accept: '',
          contentType: '',
          remoteAddress: '127.0.0.1',
        });
      });

      it('writes status, content type, length and further headers', async () => {
        const client = await serveOne();
        client.send(get('/refused'));
        const { status, headers, body } = await client.reply();
        expect(status).toBe(401);
        expect(headers).toMatchObject({
          'content-type': 'text/plain; charset=utf-8',
          'content-length': '12',
          'www-authenticate': 'Bearer',
          'retry-after': '7',
        });
        expect(body.toString()).toBe('who are you?');
      });

      it('answers from a body with bytes, text and memory shared between threads', async () => {
        const client = await serveOne();
        client.send(post('/echo', Buffer.from([0, 255, 128])));
        expect((await client.reply()).body).toEqual(Buffer.from([0, 255, 128]));
        client.send(post('/text', ''));
        expect((await client.reply()).body.toString()).toBe('grüße, 世界');
        client.send(post('/shared', 'shared'));
        expect((await client.reply()).body.toString()).toBe('shared');
      });

      it('hands over an empty body, declared or not', async () => {
        const client = await serveOne();
        client.send(post('/echo', ''));
        expect((await client.reply()).headers['content-length']).toBe('0');
        client.send(get('/echo'));
        expect((await client.reply()).headers['content-length']).toBe('0');
      });

      it('answers HEAD with the head of the reply alone', async () => {
        const client = await serveOne();
        for (const path of ['/hello', '/echo', '/slow', '/big']) {
          client.send(get(path).replace('GET', 'HEAD'));
          const { status, headers } = await client.reply({ isHead: true });
          expect(status).toBe(200);
          if (path === '/hello') expect(headers['content-length']).toBe('5');
          if (path === '/big') expect(headers['content-length']).toBe(String(BIG_REPLY.length));
        }
        client.send(get('/hello'));
        expect((await client.reply()).body.toString()).toBe('hello');
      });

      it('answers late on the same connection, request after request', async () => {
        const client = await serveOne();
        for (const word of ['one', 'two', 'three']) {
          client.send(post('/slow', word));
          expect((await client.reply()).body.toString()).toBe(word);
        }
      });

      it('serves many connections at once', async () => {
        const url = await serve();
        const words = Array.from({ length: 100 }, (_, index) => `word ${index}`);
        const replies = words.map(async (body, index) => {
          const path = index % 2 === 0 ? '/slow' : '/echo';
          return (await fetch(url + path, { method: 'POST', body })).text();
        });
        expect(await Promise.all(replies)).toEqual(words);
      });

      it('sends a reply larger than the socket takes, to a client that pauses', async () => {
        const client = await serveOne();
        for (const request of [get('/big'), post('/big-later', '')]) {
          client.socket.pause();
          client.send(request);
          await delay(200);
          client.socket.resume();
          expect((await client.reply()).body.equals(BIG_REPLY)).toBe(true);
        }
      });

      it('sends no further header that tells what it runs on', async () => {
        const client = await serveOne();
        client.send(get('/hello'));
        expect(Object.keys((await client.reply()).headers)).not.toContain('uwebsockets');
      });

      it('listens on IPv6', async () => {
        await serve({ host: '::1' });
        const client = await connect('::1');
        client.send(get('/head'));
        const { remoteAddress } = JSON.parse((await client.reply()).body.toString());
        expect(remoteAddress).toBe('::1');
      });

      it('names an IPv4 client of an IPv6 host by its IPv4 address', async () => {
        await serve({ host: '::' });
        const client = await connect('127.0.0.1');
        client.send(get('/head'));
        const { remoteAddress } = JSON.parse((await client.reply()).body.toString());
        expect(remoteAddress).toBe('127.0.0.1');
      });
    });

    describe('bodies', () => {
      it('gathers a body that comes in pieces in shared memory', async () => {
        const client = await serveOne();
        const body = Buffer.from('in several pieces');
        const request = post('/echo', body);
        for (const [start, end] of [
          [0, 30],
          [30, -15],
          [-15, -8],
          [-8, -3],
        ]) {
          client.send(request.subarray(start, end));
          await delay(20);
        }
        client.send(request.subarray(-3));
        const { headers, body: echoed } = await client.reply();
        expect(echoed).toEqual(body);
        expect(headers).toMatchObject({ 'x-shared': 'true' });
      });

      it('takes a body of exactly the limit, declared or chunked', async () => {
        const client = await serveOne();
        const body = Buffer.alloc(LIMIT_BYTES, 'limit');
        client.send(post('/echo', body));
        expect((await client.reply()).body.equals(body)).toBe(true);
        client.send(chunkedHead('/echo'));
        for (let offset = 0; offset < body.length; offset += 100_000) {
          client.send(chunk(body.subarray(offset, offset + 100_000)));
        }
        client.send(LAST_CHUNK);
        const { headers, body: echoed } = await client.reply();
        expect(echoed.equals(body)).toBe(true);
        expect(headers).toMatchObject({ 'x-shared': 'true' });
      });

      it('takes a chunked body and the request after it', async () => {
        const client = await serveOne();
        client.send(chunkedHead('/echo'));
        client.send(chunk(Buffer.from('two ')));
        client.send(Buffer.concat([chunk(Buffer.from('chunks')), Buffer.from(LAST_CHUNK)]));
        expect((await client.reply()).body.toString()).toBe('two chunks');
        client.send(get('/hello'));
        expect((await client.reply()).body.toString()).toBe('hello');
      });

      it('invites the body of a client that expects 100-continue', async () => {
        const client = await serveOne();
        for (const path of ['/echo', '/slow', '/stream']) {
          const request = post(path, 'expected', 'Expect: 100-continue');
          client.send(request.subarray(0, -8));
          expect((await client.reply()).status).toBe(100);
          client.send('expected');
          expect((await client.reply()).body.toString()).toBe('expected');
        }
      });

      it('refuses a body that is declared too large before any of it arrives', async () => {
        const client = await serveOne();
        client.send(
          `POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: ${LIMIT_BYTES + 1}\r\n\r\n`,
        );
        const { status, headers, body } = await client.reply();
        expect(status).toBe(413);
        expect(headers.connection).toBe('close');
        expect(body.toString()).toBe(`more than ${LIMIT_BYTES} bytes`);
      });

      it('refuses a chunked body as soon as it passes the limit', async () => {
        const client = await serveOne();
        client.send(chunkedHead('/echo'));
        client.send(chunk(Buffer.alloc(LIMIT_BYTES)));
        client.send(chunk(Buffer.alloc(1)));
        const { status, headers } = await client.reply();
        expect(status).toBe(413);
        expect(headers.connection).toBe('close');
      });

      it('refuses a chunked body whose last chunk passes the limit', async () => {
        const client = await serveOne();
        const body = chunk(Buffer.alloc(LIMIT_BYTES + 1));
        client.send(
          Buffer.concat([Buffer.from(chunkedHead('/echo')), body, Buffer.from(LAST_CHUNK)]),
        );
        expect((await client.reply()).status).toBe(413);
        await client.closed();
      });

      for (const header of ['Connection: keep-alive', 'Connection: close']) {
        it(`lets a client upload 40 MB to the end before it reads the 413 (${header})`, async () => {
          const client = await serveOne();
          client.socket.pause();
          const body = Buffer.alloc(40 * MIB);
          expect(await client.sendAll(post('/echo', body, header))).toBe(true);
          client.socket.resume();
          expect((await client.reply()).status).toBe(413);
          await client.closed();
        });

        it(`lets a client upload 40 MB before it reads a 401 (${header})`, async () => {
          const client = await serveOne();
          client.socket.pause();
          expect(await client.sendAll(post('/refused', Buffer.alloc(40 * MIB), header))).toBe(true);
          client.socket.resume();
          expect((await client.reply()).status).toBe(401);
        });
      }

      it('tells fetch that its upload is too large', async () => {
        const url = await serve();
        const reply = await fetch(`${url}/echo`, { method: 'POST', body: Buffer.alloc(40 * MIB) });
        expect(reply.status).toBe(413);
      });

      it('keeps no more than the limit of a chunked body that never ends', async () => {
        const client = await serveOne();
        client.send(chunkedHead('/echo'));
        const part = chunk(Buffer.alloc(MIB));
        const before = process.memoryUsage();
        for (let nSent = 0; nSent < 100; nSent += 1) await client.sendAll(part);
        const after = process.memoryUsage();
        expect((await client.reply()).status).toBe(413);
        expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(32 * MIB);
      });

      it('tells the application once when a client goes away before its reply', async () => {
        const client = await serveOne();
        client.send(post('/held', 'body'));
        await until(() => application.nHeld === 1);
        client.close();
        await until(() => application.aborted.length > 0);
        application.release();
        await delay(50);
        expect(application.aborted).toEqual(['/held']);
      });

      it('tells the application when a client goes away within its body', async () => {
        const client = await serveOne();
        client.send(post('/echo', 'a long body').subarray(0, -3));
        await delay(50);
        client.close();
        await until(() => application.aborted.length > 0);
        expect(application.aborted).toEqual(['/echo']);
      });
    });

    describe('one connection, many requests', () => {
      it('answers pipelined requests in order', async () => {
        const client = await serveOne();
        const words = ['one', 'two', 'three'];
        client.send(Buffer.concat(words.map((word) => post('/echo', word))));
        for (const word of words) expect((await client.reply()).body.toString()).toBe(word);
      });

      it.skipIf(limits.pipeliningBehindPending !== undefined)(
        titled(
          'answers requests that are pipelined behind a pending one',
          limits.pipeliningBehindPending,
        ),
        async () => {
          const client = await serveOne();
          client.send(Buffer.concat([post('/slow', 'first'), post('/echo', 'second')]));
          expect((await client.reply()).body.toString()).toBe('first');
          expect((await client.reply()).body.toString()).toBe('second');
        },
      );

      it('answers both or neither of two requests when the first is pending', async () => {
        const client = await serveOne();
        const second = post('/echo', 'second', 'Connection: close');
        client.send(Buffer.concat([post('/slow', 'first'), second]));
        await client.closed();
        expect(client.text).toMatch(/^$|first.*second$/s);
      });

      it('drops the body of a request that is answered at once, and serves the next', async () => {
        const client = await serveOne();
        client.send(Buffer.concat([post('/refused', 'unread body'), Buffer.from(get('/hello'))]));
        expect((await client.reply()).status).toBe(401);
        expect((await client.reply()).body.toString()).toBe('hello');
        const late = post('/refused', 'unread body');
        client.send(late.subarray(0, -11));
        expect((await client.reply()).status).toBe(401);
        client.send(Buffer.concat([Buffer.from('unread body'), Buffer.from(get('/hello'))]));
        expect((await client.reply()).body.toString()).toBe('hello');
      });

      it('closes after an early reply to a long or chunked body', async () => {
        await serve();
        for (const head of [
          chunkedHead('/refused'),
          `POST /refused HTTP/1.1\r\nHost: test\r\nContent-Length: ${MIB}\r\n\r\n`,
        ]) {
          const client = await connect();
          client.send(head);
          const { status, headers } = await client.reply();
          expect(status).toBe(401);
          expect(headers.connection).toBe('close');
        }
      });

      it('closes the connection when the client asks for it', async () => {
        await serve();
        for (const path of ['/hello', '/echo', '/slow', '/stream-all', '/big']) {
          const client = await connect();
          client.send(get(path, 'Connection: close'));
          expect((await client.reply()).status).toBe(200);
          await client.closed();
        }
      });
    });

    describe('streams', () => {
      it('echoes a body of declared length, and a chunked one', async () => {
        const client = await serveOne();
        const body = Buffer.from('row after row\n'.repeat(100_000));
        client.send(post('/stream', body));
        expect((await client.reply()).body.equals(body)).toBe(true);
        client.send(chunkedHead('/stream'));
        client.send(Buffer.concat([chunk(body), chunk(body), Buffer.from(LAST_CHUNK)]));
        expect((await client.reply()).body.length).toBe(2 * body.length);
        expect(application.streamEnds).toEqual(['done', 'done']);
      });

      it('answers the first line while the rest is still to come', async () => {
        const client = await serveOne();
        client.send(chunkedHead('/stream'));
        client.send(chunk(Buffer.from('first\n')));
        await until(() => client.text.includes('first\n'));
        client.send(chunk(Buffer.from('second\n')));
        await until(() => client.text.includes('second\n'));
        client.send(LAST_CHUNK);
        expect((await client.reply()).body.toString()).toBe('first\nsecond\n');
      });

      it('sends a plain reply in place of a stream', async () => {
        const client = await serveOne();
        client.send(post('/stream-all', 'twelve bytes'));
        expect((await client.reply()).body.toString()).toBe('12');
        client.send(get('/hello'));
        expect((await client.reply()).body.toString()).toBe('hello');
      });

      it('ends an empty stream', async () => {
        const client = await serveOne();
        client.send(post('/stream', ''));
        const { status, headers, body } = await client.reply();
        expect(status).toBe(200);
        expect(headers['content-type']).toBe('application/octet-stream');
        expect(body.length).toBe(0);
      });

      for (const path of ['/stream-unread', '/stream-first']) {
        it(`delivers a reply made before the body was read, then closes (${path})`, async () => {
          const client = await serveOne();
          client.send(chunkedHead(path));
          client.send(chunk(Buffer.from('begin')));
          const { status, headers } = await client.reply();
          expect(status).toBe(422);
          expect(headers.connection).toBe('close');
          client.send(LAST_CHUNK);
          await client.closed();
        });

        it(`delivers it to a client that first uploads 40 MB (${path})`, async () => {
          const client = await serveOne();
          client.socket.pause();
          expect(await client.sendAll(post(path, Buffer.alloc(40 * MIB)))).toBe(true);
          client.socket.resume();
          expect((await client.reply()).status).toBe(422);
          await client.closed();
        });
      }

      for (const header of ['Connection: keep-alive', 'Connection: close']) {
        it(`delivers a stream that ends before the body was read (${header})`, async () => {
          const client = await serveOne();
          client.socket.pause();
          const upload = post('/stream-early-end', Buffer.alloc(40 * MIB), header);
          expect(await client.sendAll(upload)).toBe(true);
          client.socket.resume();
          expect((await client.reply()).body.toString()).toBe('enough');
        });
      }

      it('stops reading while nobody pulls, and goes on later', async () => {
        const client = await serveOne();
        const body = Buffer.alloc(64 * MIB, 'held');
        let isSent = false;
        client.sendAll(post('/stream-held', body)).then(() => {
          isSent = true;
        });
        await until(() => application.nHeld === 1);
        const before = process.memoryUsage().arrayBuffers;
        await delay(500);
        expect(isSent).toBe(false);
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
        application.release();
        expect((await client.reply()).body.equals(body)).toBe(true);
      });

      it('stops the handler while a client does not read, and loses nothing', async () => {
        const client = await serveOne();
        client.socket.pause();
        const part = chunk(Buffer.alloc(MIB, 'echo'));
        const nParts = 200;
        const upload = (async () => {
          client.send(chunkedHead('/stream'));
          for (let nSent = 0; nSent < nParts; nSent += 1) await client.sendAll(part);
          client.send(LAST_CHUNK);
        })();
        let pulledBytes = -1;
        while (application.pulledBytes !== pulledBytes) {
          pulledBytes = application.pulledBytes;
          await delay(300);
        }
        // What the sockets of both sides hold, and no more.
        expect(pulledBytes).toBeLessThan(32 * MIB);
        const { received, mostRss } = await readSlowly(client, nParts * MIB);
        await upload;
        expect(received).toBeGreaterThan(nParts * MIB);
        expect(application.pulledBytes).toBe(nParts * MIB);
        expect(mostRss).toBeLessThan(150 * MIB);
      });

      it('stops a handler that writes small pieces to a client that does not read', async () => {
        const client = await serveOne();
        client.socket.pause();
        client.send(post('/stream-lines', ''));
        await until(() => application.writtenBytes > 0);
        let writtenBytes = -1;
        while (application.writtenBytes !== writtenBytes) {
          writtenBytes = application.writtenBytes;
          await delay(300);
        }
        expect(writtenBytes).toBeLessThan(16 * MIB);
        client.socket.resume();
        await until(() => application.writtenBytes > writtenBytes + 50 * MIB);
        client.close();
        await until(() => application.streamEnds.length > 0);
        expect(application.streamEnds).toEqual(['ClientGoneError']);
      });

      it('tells a reading handler that the client went away', async () => {
        const client = await serveOne();
        client.send(chunkedHead('/stream'));
        client.send(chunk(Buffer.from('begin')));
        await until(() => client.text.includes('begin'));
        client.close();
        await until(() => application.streamEnds.length > 0);
        expect(application.streamEnds).toEqual(['ClientGoneError']);
      });

      it('tells a writing handler that the client went away', async () => {
        const client = await serveOne();
        client.socket.pause();
        client.send(post('/stream-forever', ''));
        await delay(300);
        client.socket.resetAndDestroy();
        await until(() => application.streamEnds.length > 0);
        expect(application.streamEnds).toEqual(['ClientGoneError']);
      });

      it('tells a handler that the client went away when it comes back to the stream', async () => {
        // What a paused socket meets is noticed when it stalls.
        const client = await serveOne({ idleTimeoutMs: 400 });
        client.send(chunkedHead('/stream-held'));
        client.send(chunk(Buffer.alloc(MIB)));
        await until(() => application.nHeld === 1);
        await delay(100);
        client.socket.resetAndDestroy();
        await delay(100);
        application.release();
        await until(() => application.streamEnds.length > 0);
        expect(application.streamEnds).toEqual(['ClientGoneError']);
      });
    });

    describe('bad requests', () => {
      for (const [what, request, statuses] of [
        ['no HTTP at all', '\x16\x03\x01 nonsense \r\nfoo\r\n\r\n', [400, 505]],
        ['a bad length', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', [400]],
        [
          'length and chunks at once',
          'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
          [400],
        ],
        ['a bad chunk', `${chunkedHead('/echo')}zz\r\n`, [400]],
        ['a head beyond reason', get('/hello', `X: ${'x'.repeat(64 * 1024)}`), [431]],
      ] as const) {
        it(`answers ${what} with ${statuses.join(' or ')}, and lives on`, async () => {
          const client = await serveOne();
          client.send(request);
          expect(statuses).toContain((await client.reply()).status);
          await client.closed();
          const next = await connect();
          next.send(get('/hello'));
          expect((await next.reply()).status).toBe(200);
        });
      }

      it.skipIf(limits.http10 !== undefined)(
        titled('answers HTTP/1.0', limits.http10),
        async () => {
          const client = await serveOne();
          client.send('GET /hello HTTP/1.0\r\n\r\n');
          expect((await client.reply()).body.toString()).toBe('hello');
          await client.closed();
        },
      );
    });

    describe('slow clients', () => {
      it('closes a connection that stalls within its body', async () => {
        const client = await serveOne({ idleTimeoutMs: 400 });
        client.send(post('/echo', 'never ends').subarray(0, -4));
        await client.closed();
        expect(client.text).toBe('');
        await until(() => application.aborted.length > 0);
        expect(application.aborted).toEqual(['/echo']);
      });

      it('closes a connection that sends a head and no body', async () => {
        const client = await serveOne({ idleTimeoutMs: 400 });
        client.send('POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n');
        await client.closed();
        await until(() => application.aborted.length > 0);
        expect(application.aborted).toEqual(['/echo']);
      });

      it('closes a stream that stalls', async () => {
        const client = await serveOne({ idleTimeoutMs: 400 });
        client.send(chunkedHead('/stream'));
        await client.closed();
        await until(() => application.streamEnds.length > 0);
        expect(application.streamEnds).toEqual(['ClientGoneError']);
      });

      it('closes a connection that does not take its reply', async () => {
        const client = await serveOne({ idleTimeoutMs: 400 });
        client.socket.pause();
        client.send(post('/stream-forever', ''));
        await until(() => application.streamEnds.length > 0);
        expect(application.streamEnds).toEqual(['ClientGoneError']);
        const other = await connect();
        other.socket.pause();
        other.send(get('/big'));
        await delay(1200);
        other.socket.resume();
        await other.closed();
        expect(other.receivedBytes).toBeLessThan(BIG_REPLY.length);
      });

      it('waits for a handler longer than for a client', async () => {
        const client = await serveOne({ idleTimeoutMs: 200 });
        client.send(post('/held', 'patience'));
        await delay(600);
        application.release();
        expect((await client.reply()).body.toString()).toBe('patience');
        client.send(post('/stream-held', 'patience'));
        await delay(600);
        application.release();
        expect((await client.reply()).body.toString()).toBe('patience');
      });

      it.skipIf(limits.headTimeout !== undefined)(
        titled('closes a connection that trickles its head or is idle', limits.headTimeout),
        async () => {
          const client = await serveOne({ idleTimeoutMs: 400 });
          const silent = await connect();
          const idle = await connect();
          idle.send(get('/hello'));
          await idle.reply();
          client.send('GET /hello HTTP/1.1\r\n');
          for (let nSent = 0; !client.isClosed; nSent += 1) {
            client.send(`X-${nSent}: x\r\n`);
            await delay(100);
          }
          await silent.closed();
          await idle.closed();
          expect(client.text).not.toContain('hello');
        },
      );
    });

    describe('close', () => {
      it('refuses new connections and resolves once, however often it is called', async () => {
        await serve();
        const { port } = listener as Listener;
        await Promise.all([listener?.close(), listener?.close()]);
        await listener?.close();
        await expect(RawClient.connect(port)).rejects.toThrow('ECONNREFUSED');
      });

      it('closes idle connections, used ones and unused ones', async () => {
        const used = await serveOne();
        used.send(get('/hello'));
        await used.reply();
        const unused = await connect();
        const halfway = await connect();
        halfway.send('GET /hello HTTP/1.1\r\nHost: te');
        await delay(50);
        await listener?.close();
        await Promise.all([used.closed(), unused.closed(), halfway.closed()]);
        expect([used, unused, halfway].map(({ text }) => text)).toEqual(['', '', '']);
      });

      it('answers what is in flight, then closes', async () => {
        const held = await serveOne();
        held.send(post('/held', 'still answered'));
        const arriving = await connect();
        const request = post('/echo', 'still arriving');
        arriving.send(request.subarray(0, -5));
        const streaming = await connect();
        streaming.send(chunkedHead('/stream'));
        streaming.send(chunk(Buffer.from('one ')));
        await until(() => streaming.text.includes('one') && application.nHeld === 1);

        let isClosed = false;
        const closing = listener?.close().then(() => {
          isClosed = true;
        });
        await delay(100);
        expect(isClosed).toBe(false);
        application.release();
        const reply = await held.reply();
        expect(reply.body.toString()).toBe('still answered');
        expect(reply.headers.connection).toBe('close');
        arriving.send(request.subarray(-5));
        expect((await arriving.reply()).body.toString()).toBe('still arriving');
        streaming.send(Buffer.concat([chunk(Buffer.from('two')), Buffer.from(LAST_CHUNK)]));
        expect((await streaming.reply()).body.toString()).toBe('one two');
        await closing;
        await Promise.all([held.closed(), arriving.closed(), streaming.closed()]);
      });

      it('sends a large reply to its end before it resolves', async () => {
        const client = await serveOne();
        client.socket.pause();
        client.send(get('/big'));
        await delay(100);
        const closing = listener?.close();
        await delay(100);
        client.socket.resume();
        expect((await client.reply()).body.equals(BIG_REPLY)).toBe(true);
        await closing;
      });

      it('answers or closes a kept connection that sends a request meanwhile', async () => {
        const held = await serveOne();
        held.send(post('/held', ''));
        const kept = await connect();
        kept.send(get('/hello'));
        await kept.reply();
        await until(() => application.nHeld === 1);
        const closing = listener?.close();
        kept.send(get('/hello'));
        const reply = await kept.reply().catch(() => 'closed');
        if (reply !== 'closed') expect(reply).toMatchObject({ status: 200 });
        await kept.closed();
        application.release();
        await closing;
        expect((await held.reply()).status).toBe(200);
      });
    });

    describe('a host or port that cannot be had', () => {
      it('says that the port is in use', async () => {
        await serve();
        const { port } = listener as Listener;
        const error = await failure(
          listen(application, { host: '127.0.0.1', port, idleTimeoutMs: 1 }),
        );
        expect(error.tag).toBe('bad-option');
        expect(error.message).toBe(`cannot listen on 127.0.0.1:${port}: the port is in use`);
      });

      it('says so for a port that another program has', async () => {
        application = new ProbeApplication();
        const other = createServer().listen(0, '::1');
        await new Promise((resolve) => other.once('listening', resolve));
        const { port } = other.address() as { port: number };
        const error = await failure(listen(application, { host: '::1', port, idleTimeoutMs: 1 }));
        other.close();
        expect(error.message).toBe(`cannot listen on [::1]:${port}: the port is in use`);
      });

      it('says that the host is not of this machine', async () => {
        application = new ProbeApplication();
        const error = await failure(
          listen(application, { host: '192.0.2.1', port: 0, idleTimeoutMs: 1 }),
        );
        expect(error.message).toBe(
          'cannot listen on 192.0.2.1:0: this machine does not have that address',
        );
      });
    });
  });
}

function titled(title: string, reasonToSkip: string | undefined): string {
  return reasonToSkip === undefined ? title : `${title} (not here: ${reasonToSkip})`;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(5);
}

async function failure(listening: Promise<Listener>): Promise<AnomalyPredictorError> {
  try {
    await (await listening).close();
  } catch (error) {
    if (error instanceof AnomalyPredictorError) return error;
    throw error;
  }
  throw new Error('it listens');
}

/** Takes 4 MiB at a time; the growth of the process' memory meanwhile is at most `mostRss`. */
async function readSlowly(client: RawClient, nBytes: number) {
  const before = process.memoryUsage().rss;
  let received = 0;
  let mostRss = 0;
  client.socket.removeAllListeners('data');
  client.socket.on('data', (data) => {
    const isPause =
      Math.floor((received + data.length) / (4 * MIB)) > Math.floor(received / (4 * MIB));
    received += data.length;
    mostRss = Math.max(mostRss, process.memoryUsage().rss - before);
    if (isPause) {
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 5);
    }
  });
  client.socket.resume();
  while (received <= nBytes) await delay(20);
  return { received, mostRss };
}
