// The guard without a framework, in this process: the time that a request waits for its decision, and the time to count
// its answer, among so many live sessions, on each shipped detector.
import { performance } from 'node:perf_hooks';
import { chooseKernels } from '../src/choose-kernels.js';
import type { Detector } from '../src/model/detector.js';
import type { Catalog } from '../src/model/detector-store.js';
import type { Decision } from '../src/traffic/guard/decision.js';
import type { Exchange } from '../src/traffic/guard/exchange.js';
import { createGuard } from '../src/traffic/guard/guard.js';
import { isLater } from '../src/traffic/guard/maybe-later.js';
import { AddressBook } from '../src/traffic/identity/address-book.js';
import { createJudge } from '../src/traffic/judge.js';
import { RouteTemplates } from '../src/traffic/routes/route-templates.js';
import { SessionTracker } from '../src/traffic/session/session-tracker.js';
import { MersenneTwister } from '../src/training/mersenne-twister.js';
import { interleave } from './interleave.js';
import { callOf, clientAt, MIN_REQUESTS, pathAt, trackerWith } from './live-sessions.js';
import { checkEqual, type Parity } from './parity.js';
import type { Plan } from './plan.js';
import { sink } from './sink.js';
import { centreAndTail } from './statistics.js';

interface GuardFigure {
  readonly detector: string;
  /** Of single requests. */
  readonly decideUs: { readonly median: number; readonly p99: number };
  readonly answeredUs: { readonly median: number; readonly p99: number };
}

export interface GuardReport {
  readonly liveSessions: number;
  readonly parity: readonly Parity[];
  readonly figures: readonly GuardFigure[];
}

const REQUESTS_PER_ROUND = 5_000;
const PARITY_REQUESTS = 2_000;
const PARITY_CLIENTS = 100;
const START_MS = 1_750_000_000_000;

export async function benchGuard(catalog: Catalog, plan: Plan): Promise<GuardReport> {
  const detectors = [...catalog.values()];
  const liveSessions = plan.guardSessions;
  const parity = detectors.map((detector) => checkParity(detector));
  const rounds = await interleave(
    detectors.map((detector) => requestRounds(detector, liveSessions)),
    plan.engineRounds,
  );
  const figures = detectors.map(({ name }, i) => ({
    detector: name,
    decideUs: centreAndTail(rounds[i].flatMap(({ decideUs }) => decideUs)),
    answeredUs: centreAndTail(rounds[i].flatMap(({ answeredUs }) => answeredUs)),
  }));
  return { liveSessions, parity, figures };
}

/** Decisions must be what the judge says of the same calls. */
function checkParity(detector: Detector): Parity {
  const decisions: Decision[] = [];
  let nowMs = START_MS;
  const guard = createGuard({
    detector,
    minRequests: MIN_REQUESTS,
    now: () => nowMs,
    onDecision: (decision) => decisions.push(decision),
  });
  const judge = createJudge(detector, chooseKernels('auto'), { minRequests: MIN_REQUESTS });
  const tracker = new SessionTracker();
  const templates = new RouteTemplates();
  const book = new AddressBook();
  const random = new MersenneTwister(7);
  const expected = Array.from({ length: PARITY_REQUESTS }, () => {
    const client = clientAt(random.nextBelow(PARITY_CLIENTS));
    const path = pathAt(random);
    nowMs += random.nextBelow(1_000);
    guard.decide(exchangeOf(client, path));
    const call = callOf(client, nowMs, templates.of('GET', path), book);
    const { prediction, score } = judge(tracker.record(call), 0);
    return { prediction, score };
  });
  const way = `decisions by ${detector.name}`;
  for (const what of ['prediction', 'score'] as const) {
    checkEqual(
      way,
      `${what}s`,
      decisions.map((decision) => decision[what]),
      expected.map((judged) => judged[what]),
    );
  }
  return { way, rows: decisions.length };
}

/** Each run times requests of clients that are drawn among `nSessions`, one by one. */
function requestRounds(detector: Detector, nSessions: number) {
  const guard = createGuard({ detector, store: trackerWith(nSessions) });
  const random = new MersenneTwister(8);
  return () => {
    const decideUs: number[] = [];
    const answeredUs: number[] = [];
    for (let i = 0; i < REQUESTS_PER_ROUND; i++) {
      const exchange = exchangeOf(clientAt(random.nextBelow(nSessions)), pathAt(random));
      const startMs = performance.now();
      const ruling = guard.decide(exchange);
      const decidedMs = performance.now();
      if (isLater(ruling)) throw new Error('a detector in the process decides at once');
      guard.answered(ruling, 200, 1);
      answeredUs.push((performance.now() - decidedMs) * 1_000);
      decideUs.push((decidedMs - startMs) * 1_000);
      sink(ruling.decision?.score ?? 0);
    }
    return { decideUs, answeredUs };
  };
}

function exchangeOf(address: string, path: string): Exchange<object> {
  return {
    request: {},
    method: 'GET',
    path,
    route: undefined,
    address,
    trustedProxies: 'listed',
    claims: undefined,
    header: () => undefined,
  };
}
