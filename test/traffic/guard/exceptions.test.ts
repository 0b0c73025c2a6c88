import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { readExceptions } from '../../../src/traffic/guard/exception-file.js';
import { createGuard, type Guard } from '../../../src/traffic/guard/guard.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';
import { flagsAll } from '../../support/flagging-detectors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { thrownBy } from '../../support/thrown-by.js';

const run = promisify(execFile);
const EXCEPTIONS = new URL('../../../src/traffic/guard/exceptions.js', import.meta.url).href;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const folder = temporaryFolder();
const file = join(folder.path, 'exceptions.ndjson');
const guards: Guard<SampleRequest>[] = [];
let nowMs = START_MS;

afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close();
  rmSync(file, { force: true });
  nowMs = START_MS;
});

function guardWith(options: Partial<GuardOptions<SampleRequest>> = {}): Guard<SampleRequest> {
  const guard = createGuard<SampleRequest>({
    detector: flagsAll,
    mode: 'enforce',
    minRequests: 2,
    maxBlockedShare: 1,
    exceptions: file,
    now: () => nowMs,
    ...options,
  });
  guards.push(guard);
  return guard;
}

async function decide(guard: Guard<SampleRequest>, request: SampleRequest = {}): Promise<Decision> {
  const { decision } = await guard.decide(exchangeOf(request));
  return decision as Decision;
}

/** The decision about a client that is known. */
async function flagged(guard: Guard<SampleRequest>): Promise<Decision> {
  await decide(guard);
  return decide(guard);
}

describe('an exception', () => {
  it('allows one client one route, and nothing else', async () => {
    const guard = guardWith();
    const decision = await flagged(guard);
    expect(decision.action).toBe('block');
    guard.except(decision, { reason: 'a partner', forMs: DAY_MS });
    expect(await decide(guard)).toMatchObject({ action: 'allow', reason: 'exception', score: -1 });
    expect(await decide(guard, { path: '/orders' })).toMatchObject({ action: 'block' });
    expect(await decide(guard, { method: 'POST' })).toMatchObject({ action: 'block' });
    const other = { address: '203.0.113.8' };
    await decide(guard, other);
    expect(await decide(guard, other)).toMatchObject({ action: 'block' });
  });

  it('expires', async () => {
    const guard = guardWith();
    guard.except(await flagged(guard), { reason: 'a partner', until: new Date(nowMs + 60_000) });
    nowMs += 59_999;
    expect(await decide(guard)).toMatchObject({ action: 'allow' });
    expect(guard.metrics().text).toContain('guard_exceptions 1\n');
    nowMs += 1;
    expect(await decide(guard)).toMatchObject({ action: 'block' });
    expect(guard.metrics().text).toContain('guard_exceptions 0\n');
  });

  it('is saved with its behaviour, as a label for retraining, beside those that are there', async () => {
    const guard = guardWith();
    const decision = await flagged(guard);
    guard.except(decision, { reason: 'a partner', forMs: DAY_MS });
    guard.except({ client: 'sub:alice', route: 'GET /orders' }, { reason: 'bulk', forMs: DAY_MS });
    expect(readExceptions(file)).toEqual([
      {
        client: '203.0.113.7',
        route: 'GET /products/:id',
        reason: 'a partner',
        from: '2026-01-01T00:00:00.000Z',
        until: '2026-01-02T00:00:00.000Z',
        label: 'normal',
        detector: `flags-all@${flagsAll.version}`,
        behaviour: { sequence_length: 2 },
      },
      expect.objectContaining({ client: 'sub:alice', label: 'normal' }),
    ]);
  });

  it('is saved beside those that other processes save at the same moment', async () => {
    const script = `
      import { addException, exceptionOf } from ${JSON.stringify(EXCEPTIONS)};
      const [file, client] = process.argv.slice(1);
      for (let i = 0; i < 25; i++) {
        const wanted = { client, route: 'GET /' + client + i };
        addException(file, exceptionOf(wanted, { reason: 'x', forMs: 60_000 }, Date.now()));
      }`;
    writeFileSync(file, '\n');
    await Promise.all(
      ['ada', 'bob', 'eve', 'joe'].map((client) =>
        run(process.execPath, ['--input-type=module', '--eval', script, file, client]),
      ),
    );
    expect(new Set(readExceptions(file).map(({ route }) => route)).size).toBe(100);
  });

  it('is saved behind a line without an end', async () => {
    const guard = guardWith();
    guard.except({ client: 'sub:a', route: 'GET /' }, { reason: 'x', forMs: DAY_MS });
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    guard.except({ client: 'sub:b', route: 'GET /' }, { reason: 'x', forMs: DAY_MS });
    expect(readExceptions(file).map(({ client }) => client)).toEqual(['sub:a', 'sub:b']);
  });

  it('is in force after a restart', async () => {
    const guard = guardWith();
    guard.except(await flagged(guard), { reason: 'a partner', forMs: DAY_MS });
    expect(await flagged(guardWith())).toMatchObject({ reason: 'exception' });
  });

  it.each([
    ['without a reason', { reason: ' ', forMs: DAY_MS }, 'exception.reason expected a reason'],
    ['without an end', { reason: 'x' }, 'an exception expires'],
    ['with two ends', { reason: 'x', forMs: 1, until: new Date() }, 'one of both'],
    ['beyond 90 days', { reason: 'x', forMs: 91 * DAY_MS }, 'more than 90 days'],
    ['that is over', { reason: 'x', forMs: -1 }, 'is not after "from"'],
  ])('is refused %s', async (_, terms, message) => {
    const guard = guardWith();
    const decision = await flagged(guard);
    expect(thrownBy(() => guard.except(decision, terms)).message).toContain(message);
    expect(await decide(guard)).toMatchObject({ action: 'block' });
  });

  it.each([
    ['*', 'GET /orders', 'client'],
    ['', 'GET /orders', 'client'],
    ['alice', '*', 'route'],
    ['alice', 'GET /*', 'route'],
    ['alice', '', 'route'],
  ])('is refused for everyone or everything: %j, %j', (client, route, field) => {
    const error = thrownBy(() =>
      guardWith().except({ client, route }, { reason: 'x', forMs: DAY_MS }),
    );
    expect(error.message).toContain(`exception.${field} expected one ${field}`);
  });

  it('needs a file', async () => {
    const { exceptions: _, ...options } = { exceptions: file, detector: flagsAll, minRequests: 2 };
    const guard = createGuard<SampleRequest>(options);
    const error = thrownBy(() =>
      guard.except({ client: 'a', route: 'GET /' }, { reason: 'x', forMs: DAY_MS }),
    );
    expect(error.fields.field).toBe('exceptions');
  });
});

describe('a file of exceptions', () => {
  const line = {
    client: '203.0.113.7',
    route: 'GET /products/:id',
    reason: 'a partner',
    from: '2026-01-01T00:00:00Z',
    until: '2026-02-01T00:00:00Z',
    label: 'normal',
  };
  const write = (...lines: unknown[]) =>
    writeFileSync(file, lines.map((one) => `${JSON.stringify(one)}\n`).join(''));

  it('is read again when it changes, and a broken one leaves those in force that are', async () => {
    const guard = guardWith({ onDecision: () => {} });
    await decide(guard);
    write(line);
    await expect.poll(() => decide(guard), { timeout: 10_000 }).toMatchObject({ action: 'allow' });
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"client": "x"`);
    await expect
      .poll(() => guard.metrics().text, { timeout: 10_000 })
      .toContain('errors_total{kind="exceptions file"} 1');
    expect(await decide(guard)).toMatchObject({ action: 'allow' });
    rmSync(file);
    await expect.poll(() => decide(guard), { timeout: 10_000 }).toMatchObject({ action: 'block' });
  });

  it.each([
    [{ ...line, until: 'tomorrow' }, 'exception.until expected an ISO time, got "tomorrow"'],
    [
      { ...line, until: '2027-01-01T00:00:00Z' },
      'exception.until: 2027-01-01T00:00:00Z is more than 90 days after "from"',
    ],
    [{ ...line, label: 'anomaly' }, 'exception.label expected "normal", got "anomaly"'],
    [{ ...line, extra: 1 }, 'exception.extra is not known'],
    [{ ...line, behaviour: { num_users: 'x' } }, 'exception.behaviour.num_users expected number'],
    ['text', 'exception expected Object, got "text"'],
  ])('that is wrong is refused with its line and value: %j', (wrong, message) => {
    write(line, wrong);
    expect(thrownBy(() => readExceptions(file)).message).toContain(`${file}: line 2: ${message}`);
  });

  it('that is wrong stops a program that would refuse requests, at its start', () => {
    writeFileSync(file, 'nonsense\n');
    const error = thrownBy(() => guardWith());
    expect(error.fields.code).toBe('ERR_EXCEPTIONS_FILE');
    expect(error.message).toMatch(/^ERR_EXCEPTIONS_FILE: .*: line 1: /);
  });

  it('that is wrong leaves a program alone that only observes', async () => {
    writeFileSync(file, 'nonsense\n');
    const guard = guardWith({ mode: 'observe' });
    expect(await flagged(guard)).toMatchObject({ action: 'would-block' });
  });
});
