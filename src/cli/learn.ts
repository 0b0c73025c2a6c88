// `learn`: a detector from access logs of which nobody says what in them is normal.
import { mkdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { AnomalyPredictorError, showValue } from '../errors.js';
import { DETECTOR_NAME } from '../model/detector-file.js';
import { DETECTOR_FILE_SUFFIX, looksLikePath } from '../model/detector-store.js';
import type { LearningRows } from '../model/learning-rows.js';
import { shellWords } from '../shell-words.js';
import { API_BEHAVIOUR_FEATURES } from '../traffic/features/api-behaviour.js';
import { DEFAULT_MIN_REQUESTS } from '../traffic/judge.js';
import { DEFAULT_WINDOW_MS } from '../traffic/session/session-tracker.js';
import { DEFAULT_SEED } from '../training/train.js';
import { UNLABELLED_METHODS, type UnlabelledMethod } from '../training/unlabelled/candidates.js';
import {
  type Learned,
  type LearnOptions,
  learnDetector,
} from '../training/unlabelled/learn-detector.js';
import { loadFeatures } from './features-file.js';
import { FORCE_DESCRIPTION, FORCE_FLAG, warnOfFailedChecks } from './force-flag.js';
import { learnedText } from './learned-text.js';
import {
  addLogOptions,
  addSessionOptions,
  LOG_DESCRIPTION,
  LOG_HELP,
  type LogFlags,
  readingArguments,
  type SessionFlags,
  windowMsOf,
} from './log-options.js';
import { writeOutput } from './output-file.js';
import { startProgress, timeLeft } from './progress.js';
import { type ReadTraffic, readTraffic } from './read-traffic.js';
import { parseSeed } from './seed.js';
import { parseTargetRate, TARGET_RATE_FLAG } from './target-rate.js';

interface LearnFlags extends LogFlags, SessionFlags {
  readonly out: string;
  readonly targetFpr: number;
  readonly method: UnlabelledMethod | typeof BOTH;
  readonly seed: number;
  readonly report?: string;
  readonly exceptions?: string;
  readonly force?: true;
}

const BOTH = 'both';
const DEFAULT_TARGET_RATE = '0.01';

const HELP = `
Nothing in the logs needs labels, but most of it should be normal: what is odd in more sessions than the target
rate becomes normal. Two fifths of the sessions train, a fifth chooses among the candidates, two fifths set the
threshold. The detector remembers window and calls, and takes them for defaults wherever it judges traffic.
${LOG_HELP}

Example:
  anomaly-predictor learn /var/log/nginx/access.log* --target-fpr 0.01 --out my-api.safetensors
`;

export function addLearnCommand(program: Command): void {
  const command = program
    .command('learn')
    .description('Learn a detector from access logs, without labels')
    .argument('<log...>', LOG_DESCRIPTION)
    .requiredOption('--out <file>', `where to write the detector, NAME${DETECTOR_FILE_SUFFIX}`)
    .option(
      TARGET_RATE_FLAG,
      'share of normal sessions that may ever be flagged',
      parseTargetRate,
      parseTargetRate(DEFAULT_TARGET_RATE),
    )
    .addOption(
      new Option('--method <name>', 'what to choose from')
        .choices([...UNLABELLED_METHODS, BOTH])
        .default(BOTH),
    )
    .option('--seed <number>', 'seed of samples, splits and forests', parseSeed, DEFAULT_SEED)
    .option(
      '--exceptions <file>',
      "a guard's exceptions: their behaviours train as normal ones, also those that have expired",
    )
    .option(FORCE_FLAG, FORCE_DESCRIPTION)
    .option('--report <dir>', 'folder of the report, NAME.html (default: beside the detector)');
  addSessionOptions(addLogOptions(command)).addHelpText('after', HELP).action(learn);
}

async function learn(paths: readonly string[], flags: LearnFlags): Promise<void> {
  const { out, targetFpr, method, seed } = flags;
  const name = nameOf(out);
  const features =
    flags.features === undefined ? API_BEHAVIOUR_FEATURES : await loadFeatures(flags.features);
  makeFolder(out);
  const { minRequests = DEFAULT_MIN_REQUESTS } = flags;
  const windowMs = windowMsOf(flags) ?? DEFAULT_WINDOW_MS;
  const traffic = await readTraffic(paths, features, { ...flags, minRequests, windowMs });
  console.log(traffic.summary);
  const learned = await learnWithProgress(traffic.rows, {
    name,
    schema: traffic.schema,
    traffic: { windowMs, minRequests },
    data: traffic.data,
    seed,
    targetFalsePositiveRate: targetFpr,
    methods: method === BOTH ? UNLABELLED_METHODS : [method],
    force: flags.force,
  });
  const { detector } = learned;
  warnOfFailedChecks(detector);
  await writeOutput(out, [detector.bytes]);
  console.log(learnedText(learned));
  const report = await reportOn(learned, traffic, flags.report ?? dirname(out));
  console.log(`\n${detector.title}, version ${detector.version}, written to ${out}`);
  console.log(`report written to ${report}`);
  const again = paths.includes('-') ? ', which have to be piped in again' : '';
  console.log(`what it would have flagged of these or other logs${again}:`);
  console.log(`  ${replayCommand(paths, flags)}`);
}

/** Reads the logs as they were read here. */
function replayCommand(paths: readonly string[], flags: LearnFlags): string {
  const words = ['replay', ...paths, '--model', modelPath(flags.out), ...readingArguments(flags)];
  return `npx anomaly-predictor ${shellWords(words)}`;
}

/** A path that `--model` takes for one, also without the ending of detector files. */
function modelPath(out: string): string {
  return looksLikePath(out) ? out : `./${out}`;
}

async function learnWithProgress(rows: LearningRows, options: LearnOptions): Promise<Learned> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  const progress = startProgress('Learning', 1);
  const startMs = performance.now();
  try {
    return await learnDetector(rows, {
      ...options,
      signal: interruption.signal,
      onProgress: (done, total) => {
        const left = timeLeft(performance.now() - startMs, done, total);
        progress.update(done / total, `${done} of ${total} candidates, ${left}`);
      },
    });
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt);
  }
}

/** The path of the report. What makes it is loaded once there is something to draw. */
async function reportOn(learned: Learned, traffic: ReadTraffic, folder: string): Promise<string> {
  const { learningReport } = await import('../report/learning-report.js');
  const { writeReport } = await import('../report/write-report.js');
  const { rows, counts } = traffic;
  const report = learningReport(learned, { rows, lines: counts.lines });
  return writeReport(report, folder, `${learned.detector.name}.html`);
}

/** The detector is called as its file. */
function nameOf(out: string): string {
  const name = basename(out, DETECTOR_FILE_SUFFIX);
  if (DETECTOR_NAME.test(name)) return name;
  throw new AnomalyPredictorError(
    'bad-option',
    `--out expected a file name of letters, digits, ".", "_" and "-", got ${showValue(basename(out))}`,
    { field: '--out', value: out },
  );
}

/** Before the minutes that reading may take. */
function makeFolder(out: string): void {
  try {
    mkdirSync(dirname(out), { recursive: true });
    if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    const message = `cannot write ${out}: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-option', message, { file: out }, { cause });
  }
}
