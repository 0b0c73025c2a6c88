// The page of a replay: one HTML file that loads nothing. Its slider is views/replay.js, the only script that it lets run.
// Whatever stands in a log is attacker-controlled: the template escapes it, and the script sees numbers only.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { contributionText } from '../model/contribution-text.js';
import { VIEWS_FOLDER } from '../package-paths.js';
import type { ReplayResult } from '../traffic/replay/replay-result.js';
import type { Counts } from '../traffic/replay/tally.js';
import { countText, quantityText } from './numbers.js';

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;

export interface ReplayPage {
  readonly title: string;
  /** What else is to be said of the log and of the detector. */
  readonly notes: readonly string[];
  readonly result: ReplayResult;
}

/** What the script knows; see views/replay.js. */
interface Figures {
  readonly thresholds: readonly number[];
  /** Index of the detector's own threshold. */
  readonly own: number;
  readonly judgedSessions: number;
  readonly total: Bars;
  /** In the order in which they stand on the page. */
  readonly tallies: readonly Bars[];
  /** Lowest scores of the sessions, in the order in which they stand on the page. */
  readonly sessions: readonly number[];
}

type Bars = Pick<Counts, 'calls' | 'blocked' | 'flagged'>;

export function renderReplayPage({ title, notes, result }: ReplayPage): string {
  const { thresholds, asked, total, routes, hours, hourMs, listed, judgedSessions } = result;
  const figures: Figures = {
    thresholds,
    own: thresholds.indexOf(asked[0]),
    judgedSessions,
    total: barsOf(total),
    tallies: [...routes, ...hours].map(barsOf),
    sessions: listed.map(({ lowestScore }) => lowestScore),
  };
  const script = readView('replay.js');
  const view = {
    title,
    notes,
    stylesheet: ['styles.css', 'report.css', 'replay.css'].map(readView).join('\n'),
    script,
    scriptHash: createHash('sha256').update(script).digest('base64'),
    figures: JSON.stringify(figures).replaceAll('<', '\\u003c'),
    lastThreshold: thresholds.length - 1,
    shownThreshold: thresholds.indexOf(asked[asked.length - 1]),
    asked: asked.map((threshold) => ({
      index: thresholds.indexOf(threshold),
      text: threshold === 0 ? '0, the detector’s own' : signed(threshold),
    })),
    curves: {
      calls: curveOf(total.blocked, total.calls),
      sessions: curveOf(total.flagged, judgedSessions),
    },
    tables: [
      { title: 'By route', what: 'Route', rows: rowsOf(routes, ({ route }) => route) },
      {
        title: `By ${spanName(hourMs)}, UTC`,
        what: 'From',
        rows: rowsOf(hours, ({ from }) => shownTime(from)),
      },
    ],
    sessions: listed.map(({ client, from, calls, lowestScore, route, because }) => ({
      client,
      route,
      about: `${shownTime(from)}, ${quantityText(calls, 'call')}`,
      score: signed(Number(lowestScore.toPrecision(4))),
      because: because?.map(contributionText) ?? [],
    })),
  };
  return ejs.render(readView('replay.ejs'), view, {
    filename: join(VIEWS_FOLDER, 'replay.ejs'),
    strict: true,
    localsName: 'view',
    rmWhitespace: true,
  }) as string;
}

function barsOf({ calls, blocked, flagged }: Counts): Bars {
  return { calls, blocked, flagged };
}

/** Length of the bar: calls beside the row with the most of them. */
function rowsOf<Row extends Counts>(rows: readonly Row[], nameOf: (row: Row) => string) {
  const most = Math.max(1, ...rows.map(({ calls }) => calls));
  return rows.map((row) => ({
    name: nameOf(row),
    calls: countText(row.calls),
    width: ((100 * row.calls) / most).toFixed(2),
  }));
}

/** Points of a polyline: x is the place of the threshold, y runs from 0 for all of them down to 1 for none. */
function curveOf(counts: readonly number[], all: number): string {
  return counts.map((count, i) => `${i},${(1 - count / Math.max(1, all)).toFixed(4)}`).join(' ');
}

function spanName(hourMs: number): string {
  const hours = hourMs / MS_PER_HOUR;
  if (hours === 1) return 'hour';
  return hours === HOURS_PER_DAY ? 'day' : quantityText(hours / HOURS_PER_DAY, 'day');
}

/** '2026-01-05 09:00' */
function shownTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** With a real minus. */
function signed(value: number): string {
  return String(value).replace('-', '−');
}

function readView(name: string): string {
  return readFileSync(join(VIEWS_FOLDER, name), 'utf8');
}
