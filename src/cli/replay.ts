// `replay`: what a detector would have blocked of the traffic in access logs, at its own threshold and at others.
import type { Command } from 'commander';
import { chooseKernels } from '../choose-kernels.js';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { describeDrift } from '../model/drift-text.js';
import { readLogs } from '../traffic/logs/read-logs.js';
import { Replay } from '../traffic/replay/replay.js';
import type { ReplayResult } from '../traffic/replay/replay-result.js';
import { addDetectorOptions, type DetectorOptions, detectorOf } from './detector-argument.js';
import { formatCount } from './numbers.js';
import { startProgress } from './progress.js';
import { replayText } from './replay-text.js';

const REPORT_NAME = 'replay.html';
/** Each is a column of every table. */
const MOST_THRESHOLDS = 8;

interface ReplayOptions extends DetectorOptions {
  readonly threshold: readonly number[];
  readonly json?: true;
  readonly report?: string;
}

const HELP = `
Calls go through the same tracker and the same detector as behind the middleware. A call would have been
blocked where its client's behaviour scores at or below the threshold; a session is flagged if any of its
calls would. Sessions are counted with the route and the hour of their first blocked call.

Examples:
  anomaly-predictor replay access.log --model shop.safetensors
  anomaly-predictor replay access.log.*.gz --model shop.safetensors --threshold -0.1 --threshold 0.05 --report reports
`;

export function addReplayCommand(program: Command): void {
  const command = program
    .command('replay')
    .description('Tell what a detector would have blocked of past traffic')
    .argument('<log...>', 'access logs');
  addDetectorOptions(command)
    .option(
      '--threshold <score>',
      "to compare with the detector's own, 0; may be repeated",
      addThreshold,
      [],
    )
    .option('--json', 'print one JSON document')
    .option('--report <dir>', `write a page with a slider, ${REPORT_NAME}, into this folder`)
    .addHelpText('after', HELP)
    .action(replay);
}

async function replay(
  paths: readonly string[],
  { threshold: thresholds, json, report, ...options }: ReplayOptions,
): Promise<void> {
  const detector = detectorOf(options);
  const settings = { windowMs: 1_800_000, minRequests: 5, ...detector.traffic };
  const run = new Replay(detector, chooseKernels('auto'), { ...settings, thresholds });
  const logs = readLogs(paths, settings);
  const progress = startProgress('Replaying', logs.sizeBytes);
  try {
    for await (const calls of logs) {
      for (const call of calls) {
        run.add(call);
        run.answered(call);
      }
      progress.update(logs.readBytes, `${formatCount(logs.counts.calls)} calls`);
    }
  } finally {
    progress.stop();
  }
  const result = run.result();
  const notes = notesOf(detector, result);
  for (const note of notes) process.stderr.write(`warning: ${note}\n`);
  const { name: model, title, version } = detector;
  let written: string | undefined;
  if (report !== undefined) {
    // Loaded for those who ask for it.
    const { renderReplayPage } = await import('../report/replay-page.js');
    const { writePage } = await import('../report/write-report.js');
    const page = renderReplayPage({ title: `${paths.join(', ')} by ${title}`, notes, result });
    written = writePage(page, report, REPORT_NAME);
  }
  if (json) {
    const document = { model, version, logs: paths, ...settings, ...result };
    console.log(JSON.stringify(document, null, 2));
    return;
  }
  console.log(`${title}, version ${version}, on ${paths.join(', ')}\n\n${replayText(result)}`);
  if (written !== undefined) console.log(`\nreport written to ${written}`);
}

function notesOf(detector: Detector, { drift }: ReplayResult): string[] {
  return drift.level === 'none' ? [] : [describeDrift(detector, drift, 'these calls')];
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
