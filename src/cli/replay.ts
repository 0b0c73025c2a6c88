// `replay`: what a detector would have blocked of the traffic in access logs, at its own threshold and at others.
import type { Command } from 'commander';
import { chooseKernels } from '../choose-kernels.js';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { describeDrift } from '../model/drift-text.js';
import type { TrafficSettings } from '../model/traffic-settings.js';
import { readExceptions } from '../traffic/guard/exception-file.js';
import { DEFAULT_MIN_REQUESTS } from '../traffic/judge.js';
import type { LogCounts } from '../traffic/logs/log-counts.js';
import { readLogs } from '../traffic/logs/read-logs.js';
import { Replay } from '../traffic/replay/replay.js';
import type { ReplayResult } from '../traffic/replay/replay-result.js';
import { DEFAULT_WINDOW_MS } from '../traffic/session/session-tracker.js';
import { addDetectorOptions, type DetectorOptions, detectorOf } from './detector-argument.js';
import { loadFeatures } from './features-file.js';
import {
  addLogOptions,
  addSessionOptions,
  LOG_DESCRIPTION,
  LOG_HELP,
  type LogFlags,
  logOptionsOf,
  type SessionFlags,
  windowMsOf,
} from './log-options.js';
import { logSummary } from './log-summary.js';
import { formatQuantity } from './numbers.js';
import { startProgress } from './progress.js';
import { replayText } from './replay-text.js';

const REPORT_NAME = 'replay.html';
/** Each is a column of every table. */
const MOST_THRESHOLDS = 8;

interface ReplayOptions extends DetectorOptions, LogFlags, SessionFlags {
  readonly threshold: readonly number[];
  readonly exceptions?: string;
  readonly json?: true;
  readonly report?: string;
}

const HELP = `
Calls go through the same tracker and the same detector as behind the middleware. A call would have been
blocked where its client's behaviour scores at or below the threshold; a session is flagged if any of its
calls would. Sessions are counted with the route and the hour of their first blocked call. --window and
--min-requests are by default those that the detector was learned with.

JSON: "thresholds", ascending, those asked for among them; at each of them "blocked" calls and "flagged" sessions of
"total", of every one of "routes" and of "hours"; "clients"; "listed" sessions, each with the "lowestScore" at which it flips,
what the call with it called, "because" of which features, and the calls "blocked" at each of the "asked" thresholds;
"flips" from the detector's own threshold to each asked; "drift", as evaluate has it.
${LOG_HELP}

Examples:
  anomaly-predictor replay access.log --model shop.safetensors
  anomaly-predictor replay access.log.*.gz --model shop.safetensors --threshold -0.1 --threshold 0.05 --report reports
`;

export function addReplayCommand(program: Command): void {
  const command = program
    .command('replay')
    .description('Tell what a detector would have blocked of past traffic')
    .argument('<log...>', LOG_DESCRIPTION);
  addSessionOptions(addLogOptions(addDetectorOptions(command)))
    .option(
      '--threshold <score>',
      "to compare with the detector's own, 0; may be repeated",
      addThreshold,
      [],
    )
    .option('--exceptions <file>', "a guard's exceptions: what they allow counts as not blocked")
    .option('--json', 'print one JSON document')
    .option('--report <dir>', `write a page with a slider, ${REPORT_NAME}, into this folder`)
    .addHelpText('after', HELP)
    .action(replay);
}

async function replay(
  paths: readonly string[],
  { threshold: thresholds, exceptions, json, report, ...options }: ReplayOptions,
): Promise<void> {
  const detector = detectorOf(options);
  const settings = settingsOf(detector, options);
  const { features, maxSessions } = options;
  const run = new Replay(detector, chooseKernels('auto'), {
    ...settings,
    thresholds,
    ...(features !== undefined && { features: await loadFeatures(features) }),
    ...(maxSessions !== undefined && { maxSessions }),
    ...(exceptions !== undefined && { exceptions: readExceptions(exceptions) }),
  });
  const log = readLogs(paths, logOptionsOf(options, settings.windowMs));
  const startMs = performance.now();
  const progress = startProgress('Replaying', log.sizeBytes);
  try {
    for await (const calls of log) {
      run.addAll(calls);
      progress.update(log.readBytes, formatQuantity(log.counts.calls, 'call'));
    }
  } finally {
    progress.stop();
  }
  process.stderr.write(`${logSummary(log.counts, performance.now() - startMs)}\n`);
  const result = run.result();
  const notes = notesOf(detector, result);
  for (const note of notes) process.stderr.write(`warning: ${note}\n`);
  const { name: model, title, version } = detector;
  let written: string | undefined;
  if (report !== undefined) {
    // Loaded for those who ask for it.
    const { renderReplayPage } = await import('../report/replay-page.js');
    const { writePage } = await import('../report/write-report.js');
    const page = renderReplayPage({ title: `${title} on ${namesOf(paths)}`, notes, result });
    written = writePage(page, report, REPORT_NAME);
  }
  if (json) {
    const document = {
      ...{ model, version, logs: paths, lines: linesOf(log.counts), ...settings, ...result },
    };
    console.log(JSON.stringify(document, null, 2));
    return;
  }
  console.log(`${title}, version ${version}, on ${namesOf(paths)}\n\n${replayText(result)}`);
  if (written !== undefined) console.log(`\nreport written to ${written}`);
}

/** As the detector was learned, unless the user says otherwise. */
function settingsOf({ traffic }: Detector, flags: SessionFlags): TrafficSettings {
  return {
    windowMs: windowMsOf(flags) ?? traffic?.windowMs ?? DEFAULT_WINDOW_MS,
    minRequests: flags.minRequests ?? traffic?.minRequests ?? DEFAULT_MIN_REQUESTS,
  };
}

/** Where the calls are not of the kind that the detector knows. */
function notesOf(detector: Detector, { drift }: ReplayResult): string[] {
  return drift.level === 'none' ? [] : [describeDrift(detector, drift, 'these sessions')];
}

function namesOf([first, ...others]: readonly string[]): string {
  const name = first === '-' ? 'stdin' : first;
  return others.length === 0 ? name : `${name} and ${formatQuantity(others.length, 'other log')}`;
}

function linesOf(counts: LogCounts) {
  const { lines, calls, noRequests, duplicates, blankLines, hugeLines, badLines } = counts;
  return { read: lines, calls, noRequests, duplicates, blankLines, hugeLines, badLines };
}

function addThreshold(text: string, thresholds: readonly number[]): readonly number[] {
  const threshold = Number(text);
  if (text.trim() === '' || !Number.isFinite(threshold)) {
    throw new AnomalyPredictorError(
      'bad-option',
      `--threshold expected a number, got ${showValue(text)}`,
      { field: '--threshold', value: text },
    );
  }
  if (thresholds.length === MOST_THRESHOLDS) {
    throw new AnomalyPredictorError(
      'bad-option',
      `--threshold may be given ${MOST_THRESHOLDS} times; the page of --report has many more`,
      { field: '--threshold', value: text },
    );
  }
  return [...thresholds, threshold];
}
