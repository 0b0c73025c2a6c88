// Where the guard has its detector from: one that is loaded, a file that may change, or another process.
import type { Kernels } from '../../../native-free-kernels/contract.js';
import { chooseKernels } from '../../choose-kernels.js';
import { AnomalyPredictorError } from '../../errors.js';
import type { Detector } from '../../model/detector.js';
import { loadDetector } from '../../model/detector-store.js';
import {
  type Explanation,
  explainInto,
  explanationOf,
  isExplainable,
} from '../../model/explanation.js';
import type { Schema } from '../../model/schema.js';
import { Scorer } from '../../model/scorer.js';
import type { TrafficSettings } from '../../model/traffic-settings.js';
import { behaviourInto } from '../features/behaviour-row.js';
import { createJudge, DEFAULT_MIN_REQUESTS, type Judgement } from '../judge.js';
import type { RemoteDetector, RemoteModel } from '../remote/remote-detector.js';
import type { Session } from '../session/session.js';
import { DEFAULT_WINDOW_MS } from '../session/session-tracker.js';
import type { FindingCode, Findings } from './findings.js';
import type { GuardMetrics } from './guard-metrics.js';
import type { GuardConfig } from './guard-options.js';
import { after, type MaybeLater } from './maybe-later.js';
import { fileSignature, watchFile } from './watched-file.js';

/** A detector at work. */
export interface Judging {
  /** Name and version. */
  readonly label: string;
  readonly schema: Schema;
  judge(session: Session, threshold: number): MaybeLater<Judgement>;
  /** Undefined where the detector cannot; `row`: [nFeatures] unscaled. */
  explain?(row: Float64Array): Explanation | undefined;
  /** Of another process's. */
  explainLater?(row: Float64Array): Promise<Explanation>;
}

/** As the user gives them. */
type SourceOptions = Pick<GuardConfig<never>, 'minRequests' | 'windowMs' | 'features'>;

export interface DetectorSource {
  /** Undefined where there is none yet. */
  readonly current: MaybeLater<Judging | undefined>;
  /** Of the one that was used last. */
  readonly label: string | undefined;
  /** How the traffic was read that the detector at the start was learned from. */
  readonly traffic: TrafficSettings | undefined;
  close(): void | Promise<void>;
}

/**
 * @throws AnomalyPredictorError with code ERR_DETECTOR_FILE or ERR_UNKNOWN_FEATURE, where requests may be refused
 */
export function detectorSource(
  detector: Detector | string | RemoteDetector,
  options: SourceOptions,
  findings: Findings,
  metrics: GuardMetrics,
): DetectorSource {
  if (typeof detector === 'string') return fileSource(detector, options, findings, metrics);
  if (isRemote(detector)) return remoteSource(detector, options);
  let current: Judging | undefined;
  try {
    current = localJudging(detector, chooseKernels('auto'), options);
  } catch (error) {
    findings.atStart(codeOf(error), error);
  }
  return { current, label: current?.label, traffic: detector.traffic, close() {} };
}

function isRemote(detector: Detector | RemoteDetector): detector is RemoteDetector {
  return typeof detector.model === 'function';
}

function fileSource(
  file: string,
  options: SourceOptions,
  findings: Findings,
  metrics: GuardMetrics,
): DetectorSource {
  const kernels = chooseKernels('auto');
  let current: Judging | undefined;
  let traffic: TrafficSettings | undefined;
  const load = () => {
    const detector = loadDetector(file);
    current = localJudging(detector, kernels, options);
    return detector.traffic;
  };
  const signature = fileSignature(file);
  try {
    traffic = load();
  } catch (error) {
    findings.atStart(codeOf(error), error);
  }
  const stopWatching = watchFile(file, signature, () => {
    try {
      const now = load();
      const keptMs = options.windowMs ?? traffic?.windowMs ?? DEFAULT_WINDOW_MS;
      if (now !== undefined && now.windowMs !== keptMs) findings.warn('ERR_OTHER_WINDOW');
    } catch (error) {
      metrics.failed('detector file');
      findings.warn(codeOf(error), (error as Error).message);
    }
  });
  return {
    get current() {
      return current;
    },
    get label() {
      return current?.label;
    },
    traffic,
    close: stopWatching,
  };
}

function codeOf(error: unknown): FindingCode {
  return error instanceof AnomalyPredictorError && error.tag === 'bad-option'
    ? 'ERR_UNKNOWN_FEATURE'
    : 'ERR_DETECTOR_FILE';
}

function localJudging(detector: Detector, kernels: Kernels, options: SourceOptions): Judging {
  return {
    label: labelOf(detector),
    schema: detector.schema,
    judge: createJudge(detector, kernels, {
      minRequests: options.minRequests ?? detector.traffic?.minRequests ?? DEFAULT_MIN_REQUESTS,
      features: options.features,
    }),
    explain(row) {
      if (!isExplainable(detector)) return undefined;
      const found = {
        contributions: new Float64Array(row.length),
        errors: new Float64Array(row.length),
        baseline: new Float64Array(1),
      };
      explainInto(new Scorer(kernels), detector, row, 1, found);
      return explanationOf(detector, found);
    },
  };
}

function remoteSource(remote: RemoteDetector, options: SourceOptions): DetectorSource {
  let model: RemoteModel | undefined;
  let judging: Judging | undefined;
  const judgingOf = (now: RemoteModel) => {
    if (judging === undefined || now !== model) judging = remoteJudging(now, options);
    model = now;
    return judging;
  };
  return {
    get current() {
      return remote.model().then(judgingOf);
    },
    get label() {
      return judging?.label;
    },
    traffic: undefined,
    close: () => remote.close(),
  };
}

function remoteJudging(
  model: RemoteModel,
  { minRequests = DEFAULT_MIN_REQUESTS, features }: SourceOptions,
): Judging {
  const { schema } = model;
  const toRow = behaviourInto(schema, features);
  return {
    label: labelOf(model),
    schema,
    judge(session, threshold) {
      // Of its own: other requests come while this one waits.
      const row = new Float64Array(schema.features.length);
      toRow(session, row);
      if (session.calls < minRequests) return { prediction: 'unknown', score: Number.NaN, row };
      return after(model.score(row), (score) => {
        if (!Number.isFinite(score)) throw new TypeError(`expected a finite score, got ${score}`);
        return { prediction: score <= threshold ? 'anomaly' : 'normal', score, row };
      });
    },
    explainLater: (row) => model.explain(row),
  };
}

function labelOf({ name, version }: Pick<Detector, 'name' | 'version'>): string {
  return `${name}@${version}`;
}
