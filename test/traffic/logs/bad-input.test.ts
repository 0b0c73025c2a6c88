import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../../src/engine/collect-garbage.js';
import type { LogCounts } from '../../../src/traffic/logs/log-counts.js';
import { readLogs } from '../../../src/traffic/logs/read-logs.js';
import { RecentCalls } from '../../../src/traffic/logs/recent-calls.js';
import { allCalls } from '../../support/log-reader.js';
import { rejectedWith } from '../../support/rejected-with.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { thrownBy } from '../../support/thrown-by.js';

const folder = temporaryFolder();

/** A call at so many seconds past noon. */
function line(seconds: number, path = '/a'): string {
  const time = new Date(Date.UTC(2024, 4, 1, 12) + 1_000 * seconds).toISOString();
  return `203.0.113.7 - - [01/May/2024:${time.slice(11, 19)} +0000] "GET ${path} HTTP/1.1" 200 5\n`;
}

function json(fields: object): string {
  const call = { time: '2024-05-01T12:00:00Z', ip: '203.0.113.7', method: 'GET', url: '/a' };
  return `${JSON.stringify({ ...call, status: 200, ...fields })}\n`;
}

const read = (text: string | Uint8Array) => allCalls([folder.write('bad.log', text)]);

/** Seconds past noon of the calls. */
async function secondsOf(text: string): Promise<number[]> {
  const { calls } = await read(text);
  return calls.map(({ timeMs }) => (timeMs - Date.UTC(2024, 4, 1, 12)) / 1_000);
}

function expectEachCountedOnce(counts: LogCounts): void {
  const { calls, noRequests, duplicates, blankLines, hugeLines, badLines } = counts;
  expect(counts.lines).toBe(calls + noRequests + duplicates + blankLines + hugeLines + badLines);
}

describe('lines that cannot be read', () => {
  it('are shown without what moves the cursor of a terminal or turns its writing', async () => {
    const { counts } = await read(`${line(0)}\u001b[2J \u009b2J\n`);
    expect(counts.firstBad[0]).toContain('\\u001b[2J');
    expect(counts.firstBad[0]).toContain('\\u009b2J');
    expect(counts.firstBad[0]).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['neither combined nor JSON', 'Lorem ipsum'],
    ['neither combined nor JSON', line(1).slice(0, 40)],
    ['neither combined nor JSON', line(1).replace('HTTP/1.1"', 'HTTP/1.1')],
    ['neither combined nor JSON', '\0\0\0'],
    ['neither combined nor JSON', '\x1f\x8b\x08\xff"[] "\\'],
    ['not JSON', '{"time": 1, "ip": "1.2.3'],
    ['no time', line(1).replace('01/May', '31/Feb')],
    ['no time', line(1).replace('12:00', '24:00')],
    ['no time', line(1).replace('+0000', '+00x0')],
    ['no time', json({ time: 'noon' })],
    ['no time', json({ time: '2024-13-01T00:00:00Z' })],
    ['no time', json({ time: -5 })],
    ['no client address', line(1).replace('203.0.113.7', '-')],
    ['no client address', json({ ip: null })],
    ['no status', line(1).replace('200', 'OK')],
    ['no status', json({ status: 20.5 })],
    ['no status', json({ status: true })],
    ['no status', json({ status: [200] })],
  ])('are counted as %s and shown with their place: %j', async (reason, bad) => {
    const { calls, counts } = await read(`${line(0)}${bad.trimEnd()}\n${line(2)}`);
    expect(calls).toHaveLength(2);
    expect(counts.badLines).toBe(1);
    expect([...counts.badByReason]).toEqual([[reason, 1]]);
    expect(counts.firstBad[0]).toContain(`bad.log:2: ${reason}: "`);
    expectEachCountedOnce(counts);
  });

  it('are shown up to ten', async () => {
    const { counts } = await read(line(0) + 'x\n'.repeat(12));
    expect(counts.badLines).toBe(12);
    expect(counts.firstBad).toHaveLength(10);
  });

  it('are left unread where they are huge, however they are cut', async () => {
    for (const nBytes of [65_536, 65_537, 300_000, 1_000_000]) {
      const { calls, counts } = await read(`${line(0)}${'x'.repeat(nBytes)}\n${line(1)}`);
      expect(calls).toHaveLength(2);
      expect([counts.hugeLines, counts.badLines]).toEqual(nBytes > 65_536 ? [1, 0] : [0, 1]);
      expectEachCountedOnce(counts);
    }
  });

  it('are no calls where the server could not read the request, and no faults', async () => {
    const requests = [String.raw`\x16\x03\x01\x02\x00\x01`, '-', '', 'GET /', 'HTTP/1.1'];
    const { counts } = await read(
      line(0) + requests.map((request) => line(1).replace(/"[^"]*"/, `"${request}"`)).join(''),
    );
    expect(counts).toMatchObject({ calls: 1, noRequests: 5, badLines: 0 });
    expect(counts.firstNoRequest).toContain('bad.log:2: "203.0.113.7');
    const other = await read(json({}) + json({ url: undefined, msg: 'started' }));
    expect(other.counts).toMatchObject({ calls: 1, noRequests: 1, badLines: 0 });
  });
});

describe('a log without calls', () => {
  it('is refused with its first line and what was expected', async () => {
    const path = folder.write('error.log', '2024/05/01 12:00:00 [error] 7#7: *1 open() failed\n');
    const message = await rejectedWith('bad-data-file', () => allCalls([path]));
    expect(message).toContain('expected lines of the combined or common format, or JSON objects');
    expect(message).toContain(
      'error.log:1: neither combined nor JSON: "2024/05/01 12:00:00 [error]',
    );
  });

  it('is refused beside others too', async () => {
    const paths = [
      folder.write('ok.log', `x\n${line(0)}`),
      folder.write('binary.log', '\0\n\x01\n'),
    ];
    const message = await rejectedWith('bad-data-file', () => allCalls(paths));
    expect(message).toContain('binary.log:1');
  });

  it.each([
    ['', 'it is empty'],
    ['\n \n', 'only blank lines'],
    ['{"level":"info","msg":"started"}\n', 'fields can be named'],
    [`${'x'.repeat(70_000)}\n`, 'every line is too long'],
  ])('is refused: %j', async (text, message) => {
    expect(await rejectedWith('bad-data-file', () => read(text))).toContain(message);
  });

  it('is refused at once where there is none', () => {
    expect(thrownBy(() => readLogs([join(folder.path, 'none.log')]))).toMatchObject({
      tag: 'bad-data-file',
      message: expect.stringContaining('none.log'),
    });
    expect(thrownBy(() => readLogs([folder.path])).message).toContain('it is a folder');
    expect(thrownBy(() => readLogs(['-', 'a.log'])).tag).toBe('bad-option');
  });
});

describe('damaged gzip', () => {
  const text = Array.from({ length: 20_000 }, (_, i) => line(i % 60, `/p${i}`)).join('');

  it('counts up to where it breaks off, and says where that is', async () => {
    const packed = gzipSync(text);
    const { calls, counts } = await read(packed.subarray(0, packed.length - 20));
    expect(calls.length).toBeGreaterThan(19_000);
    expect(counts.notes).toHaveLength(1);
    expect(counts.notes[0]).toMatch(/bad\.log:\d+: what follows is lost: .*unexpected end of file/);
    expectEachCountedOnce(counts);
  });

  it('counts up to where it is damaged', async () => {
    const packed = gzipSync(text);
    packed.fill(0xff, packed.length - 500);
    const { calls, counts } = await read(packed);
    expect(calls.length).toBeGreaterThan(10_000);
    expect(counts.notes[0]).toContain('what follows is lost');
    expectEachCountedOnce(counts);
  });

  it('is refused where nothing can be unpacked', async () => {
    const packed = Buffer.concat([Buffer.from([0x1f, 0x8b]), deflateRawSync(text)]);
    await rejectedWith('bad-data-file', () => read(packed));
  });
});

describe('clocks that jump', () => {
  it('are set right where one line jumps and its neighbours agree', async () => {
    const text = [0, 1, 9_000, 2, 3, -9_000, 4].map((seconds) => line(seconds)).join('');
    expect(await secondsOf(text)).toEqual([0, 1, 1, 2, 3, 3, 4]);
    expect((await read(text)).counts.timeJumps).toBe(2);
  });

  it('are followed where they jump for longer, as after a night', async () => {
    const text = [0, 9_000, 9_001, 18_000, 18_001, 5].map((seconds) => line(seconds)).join('');
    expect(await secondsOf(text)).toEqual([0, 9_000, 9_001, 18_000, 18_001, 5]);
    expect((await read(text)).counts.timeJumps).toBe(0);
  });

  it('are no matter within a window, where lines only are out of order', async () => {
    const text = [10, 5, 11, 11, 3].map((seconds) => line(seconds)).join('');
    expect(await secondsOf(text)).toEqual([10, 5, 11, 11, 3]);
    expect((await read(text)).counts).toMatchObject({ outOfOrder: 2, timeJumps: 0 });
  });
});

describe('lines that were written twice', () => {
  it('count once where a request id tells, also far from each other', async () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => json({ request_id: `r${i}` }));
    const { calls, counts } = await read([...lines, ...lines.slice(0, 10)].join(''));
    expect(calls).toHaveLength(1_000);
    expect(counts.duplicates).toBe(10);
    expectEachCountedOnce(counts);
  });

  it('count as what they are where only the id is the same: clients make ids up', async () => {
    const { calls, counts } = await read(
      json({ request_id: 'r', url: '/a' }) + json({ request_id: 'r', url: '/b' }),
    );
    expect(calls).toHaveLength(2);
    expect(counts.duplicates).toBe(0);
  });

  it('count each without an id, as calls of one second may look alike, and the user is told', async () => {
    const { calls, counts } = await read(line(0).repeat(4) + line(1));
    expect(calls).toHaveLength(5);
    expect(counts.repeated).toBe(3);
  });
});

describe('several logs', () => {
  it('are read in the order of their first calls', async () => {
    const paths = [
      folder.write('access.log', line(100, '/c')),
      folder.write('access.log.1.gz', gzipSync(`x\n${line(50, '/b')}`)),
      folder.write('access.log.2.gz', gzipSync(line(0, '/a'))),
    ];
    const { calls } = await allCalls(paths);
    expect(calls.map(({ route }) => route)).toEqual(['GET /a', 'GET /b', 'GET /c']);
  });

  it('take no more memory where they are many', async () => {
    const paths = Array.from({ length: 100 }, (_, i) => folder.write(`many.${i}.log`, line(i)));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for await (const block of readLogs(paths)) {
      expect(block).toHaveLength(1);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(100 * 1024 * 1024);
  });

  it('are read once where they are the same file, and the user is told', async () => {
    const path = folder.write('same.log', line(0));
    const link = join(folder.path, 'link.log');
    symlinkSync(path, link);
    const hard = join(folder.path, 'hard.log');
    linkSync(path, hard);
    const { calls, counts } = await allCalls([path, link, path, hard]);
    expect(calls).toHaveLength(1);
    expect(counts.notes).toEqual([
      `${link} is the same file as ${path}: read once`,
      `${path} is the same file as ${path}: read once`,
      `${hard} is the same file as ${path}: read once`,
    ]);
  });
});

describe('memory', () => {
  it('holds no more of request ids than tells them apart, which clients make up', async () => {
    const id = 'i'.repeat(20_000);
    const recent = new RecentCalls();
    const { calls } = await read(json({}));
    const before = heapBytes();
    for (let i = 0; i < 1_000; i++) recent.has(`${id}${i}`, calls[0]);
    expect(heapBytes() - before).toBeLessThan(1_000_000);
    expect(recent.has(`${id}0`, calls[0])).toBe(true);
  });

  it('holds nothing of the lines that addresses, users and routes were cut out of', async () => {
    const filler = 'f'.repeat(20_000);
    const text = Array.from({ length: 2_000 }, (_, i) =>
      line(i % 60, `/products-of-the-season-${i % 40}/x`)
        .replace('203.0.113.7', `2001:db8:1234:${i.toString(16)}00::1`)
        .replace('- -', `- user-with-a-long-name-${i}`)
        .replace('\n', ` "-" "${filler}"\n`),
    ).join('');
    const path = folder.write('long.log', text);
    const before = heapBytes();
    const { calls } = await allCalls([path], { sessionKey: 'user' });
    const held = heapBytes() - before;
    expect(new Set(calls.map(({ client }) => client)).size).toBe(2_000);
    expect(held).toBeLessThan(text.length / 4);
  });
});

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
