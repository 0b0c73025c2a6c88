// What became of the clients of each kind: how many were flagged, after how many requests, and what share of their
// requests was refused. And whether that is what the demo requires.
import { renderTable } from '../src/cli/table.js';
import type { GuardAction } from '../src/traffic/guard/decision.js';
import {
  ATTACK_KINDS,
  type ClientKind,
  isAttack,
  isNormal,
  NORMAL_KINDS,
  QUIET_KINDS,
} from './simulator/client-kind.js';
import type { SimulatedRequest } from './simulator/traffic.js';

/** An attack is to be flagged within so many requests. */
const SOON = 30;
const LEAST_DETECTED = 0.95;
const MOST_FALSELY_FLAGGED = 0.01;

export interface KindFindings {
  readonly kind: ClientKind;
  sessions: number;
  requests: number;
  refused: number;
  /** Of the sessions that were flagged, the request at which they first were. */
  readonly firstFlags: number[];
}

export type Findings = ReadonlyMap<ClientKind, KindFindings>;

/** @param actions of the guard about the requests, in their order */
export function findingsOf(
  requests: readonly SimulatedRequest[],
  actions: readonly GuardAction[],
): Findings {
  const findings = emptyFindings();
  const nRequestsById = new Map<number, number>();
  const flaggedIds = new Set<number>();
  requests.forEach(({ client: { id, kind } }, i) => {
    const found = findings.get(kind) as KindFindings;
    const nRequests = (nRequestsById.get(id) ?? 0) + 1;
    nRequestsById.set(id, nRequests);
    if (nRequests === 1) found.sessions++;
    found.requests++;
    if (actions[i] === 'block') found.refused++;
    else if (actions[i] !== 'would-block') return;
    if (flaggedIds.has(id)) return;
    flaggedIds.add(id);
    found.firstFlags.push(nRequests);
  });
  return findings;
}

/** Of several runs together. */
export function joinFindings(runs: readonly Findings[]): Findings {
  const joined = emptyFindings();
  for (const found of runs.flatMap((run) => [...run.values()])) {
    const sum = joined.get(found.kind) as KindFindings;
    sum.sessions += found.sessions;
    sum.requests += found.requests;
    sum.refused += found.refused;
    sum.firstFlags.push(...found.firstFlags);
  }
  return joined;
}

/** What of the requirement does not hold, in words; nothing where all does. */
export function shortfalls(findings: Findings): string[] {
  const missed = [...findings.values()]
    .filter(({ kind, sessions }) => isAttack(kind) && sessions > 0)
    .filter((found) => soonShare(found) < LEAST_DETECTED)
    .map(
      (found) =>
        `${percent(soonShare(found))} of ${found.kind} sessions were flagged within ${SOON} requests, ` +
        `fewer than ${percent(LEAST_DETECTED)}`,
    );
  const share = falselyFlaggedShare(findings);
  if (share > MOST_FALSELY_FLAGGED) {
    missed.push(
      `${percent(share)} of normal sessions were flagged, more than ${percent(MOST_FALSELY_FLAGGED)}`,
    );
  }
  return missed;
}

/** Of all normal sessions, those that were ever flagged. */
function falselyFlaggedShare(findings: Findings): number {
  const normal = [...findings.values()].filter(({ kind }) => isNormal(kind));
  const sum = (of: (found: KindFindings) => number) =>
    normal.reduce((total, found) => total + of(found), 0);
  return sum(({ firstFlags }) => firstFlags.length) / sum(({ sessions }) => sessions);
}

export function findingsTable(findings: Findings): string {
  const lines = (kinds: readonly ClientKind[], title: string) => [
    [title, '', '', '', '', ''],
    ...kinds.map((kind) => line(findings.get(kind) as KindFindings)),
  ];
  return renderTable(
    [
      'clients',
      'sessions',
      `flagged by request ${SOON}`,
      'ever',
      'first at request',
      'requests refused',
    ],
    [
      ...lines(NORMAL_KINDS, 'customers: to be left alone'),
      ...lines(ATTACK_KINDS, 'attacks: to be seen'),
      ...lines(QUIET_KINDS, 'attacks like customers, or of few requests'),
    ],
  );
}

function line(found: KindFindings): string[] {
  const { kind, sessions, requests, refused, firstFlags } = found;
  return [
    `  ${kind}`,
    String(sessions),
    percent(soonShare(found)),
    percent(sessions === 0 ? 0 : firstFlags.length / sessions),
    firstFlags.length === 0 ? '–' : String(middle(firstFlags)),
    percent(requests === 0 ? 0 : refused / requests),
  ];
}

function soonShare({ sessions, firstFlags }: KindFindings): number {
  return sessions === 0 ? 0 : firstFlags.filter((request) => request <= SOON).length / sessions;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function emptyFindings(): Map<ClientKind, KindFindings> {
  return new Map(
    [...NORMAL_KINDS, ...ATTACK_KINDS, ...QUIET_KINDS].map((kind) => [
      kind,
      { kind, sessions: 0, requests: 0, refused: 0, firstFlags: [] },
    ]),
  );
}
