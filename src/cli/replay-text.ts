// A replay as tables: all calls, by route, by hour, the sessions that are flagged, and those that flip.
import { contributionText } from '../model/contribution-text.js';
import { isOutOfRange } from '../model/training-range.js';
import type { Flip, ListedSession, ReplayResult } from '../traffic/replay/replay-result.js';
import type { Counts } from '../traffic/replay/tally.js';
import { formatCount, formatQuantity, formatShare } from './numbers.js';
import { printable, shortPrintable } from './printable.js';
import { renderTable } from './table.js';

const MOST_ROWS = 25;
const MS_PER_HOUR = 3_600_000;

export function replayText(result: ReplayResult): string {
  const { asked, thresholds, routes, hours, hourMs } = result;
  const places = asked.map((threshold) => thresholds.indexOf(threshold));
  const tallies = (rows: readonly Counts[], names: readonly string[], what: string) =>
    renderTable(
      [what, 'calls', 'unknown', ...headsOf(asked)],
      rows.map(({ calls, unknown, blocked, flagged }, i) =>
        [names[i], calls, unknown, ...places.flatMap((at) => [blocked[at], flagged[at]])].map(
          (cell) => (typeof cell === 'string' ? cell : formatCount(cell)),
        ),
      ),
    );
  const topRoutes = routes.slice(0, MOST_ROWS);
  const topHours = mostBlocked(hours, places[places.length - 1]);
  return [
    summaryText(result),
    thresholdTable(result, places),
    tallies(
      topRoutes,
      topRoutes.map(({ route }) => shortPrintable(route)),
      'route',
    ) + restText(routes.length - topRoutes.length, 'route'),
    tallies(
      topHours,
      topHours.map(({ from }) => shownTime(from)),
      hourMs === MS_PER_HOUR ? 'hour from, UTC' : 'from, UTC',
    ) + restText(hours.length - topHours.length, 'row'),
    ...clientsText(result),
    flaggedText(result),
    ...result.flips.map((flip) => flipText(flip, result)),
  ].join('\n\n');
}

function summaryText({ from, to, total, sessions, judgedSessions }: ReplayResult): string {
  const { calls, unknown, excepted } = total;
  const allowed = excepted === 0 ? '' : `, ${formatCount(excepted)} allowed by exceptions`;
  return (
    `${formatQuantity(calls, 'call')} from ${shownTime(from)} to ${shownTime(to)} UTC, ` +
    `${formatCount(unknown)} of them by clients with too few calls to be judged${allowed};\n` +
    `${formatQuantity(sessions, 'session')}, ${formatCount(judgedSessions)} of them judged`
  );
}

function thresholdTable(result: ReplayResult, places: readonly number[]): string {
  const { asked, total, judgedSessions } = result;
  return renderTable(
    ['threshold', 'calls blocked', 'share', 'sessions flagged', 'share'],
    asked.map((threshold, i) => {
      const [blocked, flagged] = [total.blocked[places[i]], total.flagged[places[i]]];
      return [
        i === 0 ? `${threshold}, the detector's own` : String(threshold),
        formatCount(blocked),
        shareText(blocked, total.calls),
        formatCount(flagged),
        shareText(flagged, judgedSessions),
      ];
    }),
  );
}

function clientsText({ asked, clients }: ReplayResult): string[] {
  if (clients.length === 0) return [];
  const table = renderTable(
    ['client', 'calls', ...headsOf(asked), 'lowest score'],
    clients
      .slice(0, MOST_ROWS)
      .map(({ client, calls, blocked, flagged, lowestScore }) => [
        printable(client),
        ...[calls, ...asked.flatMap((_, i) => [blocked[i], flagged[i]])].map(formatCount),
        shownScore(lowestScore),
      ]),
  );
  return [table + restText(clients.length - MOST_ROWS, 'client')];
}

/** At the last threshold asked for. */
function flaggedText({ asked, thresholds, total, listed }: ReplayResult): string {
  const threshold = asked[asked.length - 1];
  const nFlagged = total.flagged[thresholds.indexOf(threshold)];
  if (nFlagged === 0) return `No session is flagged at ${threshold}.`;
  const shown = listed.filter(({ lowestScore }) => lowestScore <= threshold).slice(0, MOST_ROWS);
  return (
    `Sessions flagged at ${threshold}, lowest score first\n` +
    `${sessionTable(shown, asked.length - 1)}${restText(nFlagged - shown.length, 'session')}`
  );
}

function flipText({ threshold, ...flip }: Flip, { asked, listed }: ReplayResult): string {
  const nFlips = flip.newlyFlagged + flip.noLongerFlagged;
  const how = flip.newlyFlagged > 0 ? 'newly flagged' : 'no longer flagged';
  if (nFlips === 0) return `No session flips from ${asked[0]} to ${threshold}.`;
  const shown = flip.listed.slice(0, MOST_ROWS).map((at) => listed[at]);
  const lower = flip.newlyFlagged > 0 ? threshold : asked[0];
  return (
    `From ${asked[0]} to ${threshold}: ${formatQuantity(nFlips, 'session')} ${how}\n` +
    `${sessionTable(shown, asked.indexOf(lower))}${restText(nFlips - shown.length, 'session')}`
  );
}

/** `place`: of the threshold among those asked for, whose blocked calls are shown */
function sessionTable(sessions: readonly ListedSession[], place: number): string {
  return renderTable(
    ['client', 'began, UTC', 'calls', 'blocked', 'lowest score', 'route called then', 'mainly for'],
    sessions.map(({ client, from, calls, blocked, lowestScore, route, because }) => [
      printable(client),
      shownTime(from),
      formatCount(calls),
      formatCount(blocked[place]),
      shownScore(lowestScore),
      shortPrintable(route),
      because
        ?.filter((cause, i) => i === 0 || isOutOfRange(cause.value, cause))
        .map(contributionText)
        .join('; ') ?? '',
    ]),
  );
}

/** In the order of time; those with calls that are blocked, if they are too many. */
function mostBlocked<Row extends Counts>(rows: readonly Row[], place: number): readonly Row[] {
  if (rows.length <= MOST_ROWS) return rows;
  const most = rows.toSorted((a, b) => b.blocked[place] - a.blocked[place]).slice(0, MOST_ROWS);
  return rows.filter((row) => most.includes(row));
}

function headsOf(asked: readonly number[]): string[] {
  return asked.flatMap((threshold) => [`blocked at ${threshold}`, 'sessions']);
}

function restText(count: number, noun: string): string {
  return count > 0 ? `\n… and ${formatQuantity(count, `more ${noun}`)}, in --json` : '';
}

function shareText(part: number, all: number): string {
  return all === 0 ? '' : formatShare(part / all);
}

function shownScore(score: number): string {
  return String(Number(score.toPrecision(4)));
}

/** '2026-01-05 09:00' */
function shownTime(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 16).replace('T', ' ');
}
