// Where the guard has its detector from: one that is loaded, a file that may change, or another process.
import { unwatchFile, watchFile } from 'node:fs';
import type { Kernels } from '../../../native-free-kernels/contract.js';
import { chooseKernels } from '../../choose-kernels.js';
import { AnomalyPredictorError } from '../../errors.js';
import type { Detector } from '../../model/detector.js';
import { loadDetector } from '../../model/detector-store.js';
import { Scorer } from '../../model/scorer.js';
import { behaviourInto } from '../features/behaviour-row.js';
import { createJudge, type Judgement, type JudgeOptions } from '../judge.js';
import type { Session } from '../session/session.js';
import type { FindingCode, Findings } from './findings.js';
import type { GuardMetrics } from './guard-metrics.js';
import { after, type MaybeLater } from './maybe-later.js';
import type { RemoteDetector, ServedDetector } from './remote-detector.js';

/** A detector at work. */
export interface Judging extends Pick<ServedDetector, 'schema'> {
  /** Name and version. */
  readonly label: string;
  judge(session: Session, threshold: number): MaybeLater<Judgement>;
  /** What explains its scores; undefined of another process's. */
  readonly explainable?: { readonly detector: Detector; readonly scorer: Scorer };
}

export interface DetectorSource {
  /** Undefined where there is none yet. */
  readonly current: Judging | undefined;
  close(): void | Promise<void>;
}

/** Between two looks at the file. */
const LOOK_MS = 1_000;

/**
 * @throws AnomalyPredictorError with code ERR_NO_DETECTOR or ERR_UNKNOWN_FEATURE, where requests may be refused
 */
export function detectorSource(
  detector: Detector | string | RemoteDetector,
  options: JudgeOptions,
  findings: Findings,
  metrics: GuardMetrics,
): DetectorSource {
  if (typeof detector === 'string') return fileSource(detector, options, findings, metrics);
  if ('score' in detector) return remoteSource(detector, options);
  let current: Judging | undefined;
  try {
    current = localJudging(detector, chooseKernels('auto'), options);
  } catch (error) {
    findings.atStart(codeOf(error), error);
  }
  return { current, close() {} };
}

function fileSource(
  file: string,
  options: JudgeOptions,
  findings: Findings,
  metrics: GuardMetrics,
): DetectorSource {
  const kernels = chooseKernels('auto');
  const load = () => localJudging(loadDetector(file), kernels, options);
  let current: Judging | undefined;
  try {
    current = load();
  } catch (error) {
    findings.atStart(codeOf(error), error);
  }
  const reload = () => {
    try {
      current = load();
    } catch (error) {
      metrics.failed('detector file');
      findings.warn(codeOf(error), (error as Error).message);
    }
  };
  // Looking at the file finds what notices of the system miss, and one that was not there.
  watchFile(file, { persistent: false, interval: LOOK_MS }, reload);
  return {
    get current() {
      return current;
    },
    close: () => unwatchFile(file, reload),
  };
}

function codeOf(error: unknown): FindingCode {
  return error instanceof AnomalyPredictorError && error.tag === 'bad-option'
    ? 'ERR_UNKNOWN_FEATURE'
    : 'ERR_NO_DETECTOR';
}

function localJudging(detector: Detector, kernels: Kernels, options: JudgeOptions): Judging {
  return {
    label: labelOf(detector),
    schema: detector.schema,
    judge: createJudge(detector, kernels, options),
    explainable: { detector, scorer: new Scorer(kernels) },
  };
}

function remoteSource(remote: RemoteDetector, options: JudgeOptions): DetectorSource {
  let served: ServedDetector | undefined;
  let current: Judging | undefined;
  return {
    get current() {
      const now = remote.served;
      if (now !== served) {
        current = now && remoteJudging(remote, now, options);
        served = now;
      }
      return current;
    },
    close: () => remote.close?.(),
  };
}

function remoteJudging(
  remote: RemoteDetector,
  served: ServedDetector,
  { minRequests, features }: JudgeOptions,
): Judging {
  const { schema } = served;
  const toRow = behaviourInto(schema, features);
  return {
    label: labelOf(served),
    schema,
    judge(session, threshold) {
      // Of its own: other requests come while this one waits.
      const row = new Float64Array(schema.features.length);
      toRow(session, row);
      if (session.calls < minRequests) return { prediction: 'unknown', score: Number.NaN, row };
      return after(remote.score(row), (score) => {
        if (!Number.isFinite(score)) throw new TypeError(`expected a finite score, got ${score}`);
        return { prediction: score <= threshold ? 'anomaly' : 'normal', score, row };
      });
    },
  };
}

function labelOf({ name, version }: Pick<ServedDetector, 'name' | 'version'>): string {
  return `${name}@${version}`;
}
