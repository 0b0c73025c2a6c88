// uWebSockets.js closes what is slow after 8 to 12 s by rules of its own; only real time shows that these
// are lifted where `idleTimeoutMs` decides, and that they hold elsewhere.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Listener } from '../../../src/server/http.js';
import { listenWithUws } from '../../../src/server/transport/uws-transport.js';
import { hasUwsBinary } from '../../support/uws-binary.js';
import { chunk, chunkedHead, get, LAST_CHUNK, post, RawClient } from '../raw-client.js';
import { BIG_REPLY, ProbeApplication } from './probe-application.js';

const LONGER_THAN_BUILT_IN_MS = 13_000;

describe.skipIf(!hasUwsBinary).concurrent('slow clients of uWebSockets.js', () => {
  const application = new ProbeApplication();
  let listener: Listener;

  beforeAll(async () => {
    listener = await listenWithUws(application, {
      host: '127.0.0.1',
      port: 0,
      idleTimeoutMs: 10 * LONGER_THAN_BUILT_IN_MS,
    });
  });

  afterAll(() => listener.close());

  it('may stream a line now and then', async ({ expect }) => {
    const client = await RawClient.connect(listener.port);
    client.send(chunkedHead('/stream'));
    for (let line = 0; line < 3; line += 1) {
      client.send(chunk(Buffer.from(`${line}`)));
      await delay(LONGER_THAN_BUILT_IN_MS / 3);
    }
    client.send(LAST_CHUNK);
    expect((await client.reply()).body.toString()).toBe('012');
    client.close();
  });

  it('may pause within a body', async ({ expect }) => {
    const client = await RawClient.connect(listener.port);
    const request = post('/echo', 'a slow body');
    client.send(request.subarray(0, -4));
    await delay(LONGER_THAN_BUILT_IN_MS);
    client.send(request.subarray(-4));
    expect((await client.reply()).body.toString()).toBe('a slow body');
    client.close();
  });

  it('may pause while a reply is sent', async ({ expect }) => {
    const client = await RawClient.connect(listener.port);
    client.socket.pause();
    client.send(get('/big'));
    await delay(LONGER_THAN_BUILT_IN_MS);
    client.socket.resume();
    expect((await client.reply()).body.equals(BIG_REPLY)).toBe(true);
    client.close();
  });

  it('may pause while both directions of a stream are full', async ({ expect }) => {
    const client = await RawClient.connect(listener.port);
    const body = Buffer.alloc(32 * 1024 * 1024, 'both ways');
    client.socket.pause();
    client.send(post('/stream', body));
    await delay(LONGER_THAN_BUILT_IN_MS);
    client.socket.resume();
    expect((await client.reply()).body.equals(body)).toBe(true);
    client.close();
  });

  it('have 12 s and some to send the head of a request', async ({ expect }) => {
    const client = await RawClient.connect(listener.port);
    client.send('GET /hello HTTP/1.1\r\n');
    const trickle = setInterval(() => client.send('X: x\r\n'), 500);
    await client.closed();
    clearInterval(trickle);
    expect(client.text).toBe('');
  });
});
