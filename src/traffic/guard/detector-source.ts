// Where the guard has its detector from: one that is loaded, a file that may change, or another process.
import type { Kernels } from '../../../native-free-kernels/contract.js';
import { chooseKernels } from '../../choose-kernels.js';
import { AnomalyPredictorError } from '../../errors.js';
import type { Detector } from '../../model/detector.js';
import { detectorFile, loadDetector } from '../../model/detector-store.js';
import {
  type Explanation,
  explainInto,
  explanationOf,
  isExplainable,
} from '../../model/explanation.js';
import type { Schema } from '../../model/schema.js';
import { Scorer } from '../../model/scorer.js';
import type { TrafficSettings } from '../../model/traffic-settings.js';
import { featuresOutOfRange } from '../../model/training-range.js';
import { behaviourInto } from '../features/behaviour-row.js';
import { createJudge, DEFAULT_MIN_REQUESTS, type Judgement } from '../judge.js';
import type { RemoteDetector, RemoteModel } from '../remote/remote-detector.js';
import type { Session } from '../session/session.js';
import type { Enforcement } from './enforcement.js';
import type { FindingCode, Findings } from './findings.js';
import type { GuardMetrics } from './guard-metrics.js';
import type { GuardConfig } from './guard-options.js';
import { after, type MaybeLater } from './maybe-later.js';
import type { SessionDrift } from './session-drift.js';
import { fileSignature, watchFile } from './watched-file.js';

/** A detector at work. */
export interface Judging {
  /** Name and version. */
  readonly label: string;
  readonly schema: Schema;
  /** Whether what it calls an anomaly may be refused. */
  readonly enforcement: Enforcement;
  /** Where sessions are kept in memory, of a detector in this process. */
  readonly drift?: SessionDrift | undefined;
  judge(session: Session, threshold: number): MaybeLater<Judgement>;
  /** Undefined where the detector cannot; `row`: [nFeatures] unscaled. */
  explain?(row: Float64Array): Explanation | undefined;
  /** Names of the features that are out of the training range, where the detector is here; `row` as there. */
  outOfRange?(row: ArrayLike<number>): readonly string[];
  /** Of another process's. */
  explainLater?(row: Float64Array): Promise<Explanation>;
}

/** As the user gives them. */
type SourceOptions = Pick<GuardConfig<never>, 'minRequests' | 'features'>;

/** What the guard makes of a detector that comes to work, by how the traffic was read that it learned from. */
export interface DetectorHooks {
  /**
   * Told of the first one, and of every other one that takes its place.
   * @throws AnomalyPredictorError at the start, of one that cannot work where requests may be refused
   */
  takes(traffic: TrafficSettings | undefined, isStart: boolean): void;
  enforcementOf(traffic: TrafficSettings | undefined): Enforcement;
  driftOf(detector: Detector, minRequests: number): SessionDrift | undefined;
}

export interface DetectorSource {
  /** Undefined where there is none yet. */
  readonly current: MaybeLater<Judging | undefined>;
  /** The one that was used last. */
  readonly latest: Judging | undefined;
  close(): void | Promise<void>;
}

/** @throws AnomalyPredictorError with the code of what is found at the start, where requests may be refused */
export function detectorSource(
  detector: Detector | string | RemoteDetector,
  options: SourceOptions,
  hooks: DetectorHooks,
  findings: Findings,
  metrics: GuardMetrics,
): DetectorSource {
  if (typeof detector === 'string') return fileSource(detector, options, hooks, findings, metrics);
  if (isRemote(detector)) return remoteSource(detector, options, hooks);
  const kernels = chooseKernels('auto');
  const current = atStart(findings, () => localJudging(detector, kernels, options, hooks));
  if (current !== undefined) hooks.takes(detector.traffic, true);
  return { current, latest: current, close() {} };
}

function isRemote(detector: Detector | RemoteDetector): detector is RemoteDetector {
  return typeof detector.model === 'function';
}

function fileSource(
  nameOrFile: string,
  options: SourceOptions,
  hooks: DetectorHooks,
  findings: Findings,
  metrics: GuardMetrics,
): DetectorSource {
  const kernels = chooseKernels('auto');
  const file = detectorFile(nameOrFile);
  let current: Judging | undefined;
  const load = () => {
    const detector = loadDetector(file);
    current = localJudging(detector, kernels, options, hooks, current);
    return detector;
  };
  const signature = fileSignature(file);
  const first = atStart(findings, load);
  if (first !== undefined) hooks.takes(first.traffic, true);
  const stopWatching = watchFile(file, signature, () => {
    try {
      hooks.takes(load().traffic, false);
    } catch (error) {
      metrics.failed('detector file');
      findings.warn(codeOf(error), (error as Error).message);
    }
  });
  return {
    get current() {
      return current;
    },
    get latest() {
      return current;
    },
    close: stopWatching,
  };
}

/** Undefined where it fails and requests are only observed. */
function atStart<T>(findings: Findings, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    findings.atStart(codeOf(error), error);
    return undefined;
  }
}

function codeOf(error: unknown): FindingCode {
  return error instanceof AnomalyPredictorError && error.tag === 'bad-option'
    ? 'ERR_UNKNOWN_FEATURE'
    : 'ERR_DETECTOR_FILE';
}

/** What was seen of a detector's verdicts holds for as long as it is the same one. */
function enforcementOf(
  { name, version, traffic }: Pick<Detector, 'name' | 'version'> & Pick<RemoteModel, 'traffic'>,
  before: Judging | undefined,
  hooks: DetectorHooks,
): Enforcement {
  return before?.label === labelOf({ name, version })
    ? before.enforcement
    : hooks.enforcementOf(traffic);
}

function localJudging(
  detector: Detector,
  kernels: Kernels,
  options: SourceOptions,
  hooks: DetectorHooks,
  before?: Judging,
): Judging {
  const { traffic } = detector;
  const { minRequests = traffic?.minRequests ?? DEFAULT_MIN_REQUESTS, features } = options;
  const isSame = before?.label === labelOf(detector);
  return {
    label: labelOf(detector),
    schema: detector.schema,
    enforcement: enforcementOf(detector, before, hooks),
    drift: isSame ? before.drift : hooks.driftOf(detector, minRequests),
    judge: createJudge(detector, kernels, { minRequests, features }),
    explain(row) {
      if (!isExplainable(detector)) return undefined;
      const found = {
        contributions: new Float64Array(row.length),
        errors: new Float64Array(row.length),
        baseline: new Float64Array(1),
      };
      explainInto(new Scorer(kernels), detector, row, 1, found);
      return explanationOf(detector, found, row);
    },
    outOfRange: (row) => featuresOutOfRange(detector, row),
  };
}

function remoteSource(
  remote: RemoteDetector,
  options: SourceOptions,
  hooks: DetectorHooks,
): DetectorSource {
  let model: RemoteModel | undefined;
  let judging: Judging | undefined;
  const judgingOf = (now: RemoteModel) => {
    if (judging !== undefined && now === model) return judging;
    const isOther = judging?.label !== labelOf(now);
    judging = remoteJudging(now, options, hooks, judging);
    model = now;
    if (isOther) hooks.takes(now.traffic, false);
    return judging;
  };
  return {
    get current() {
      return remote.model().then(judgingOf);
    },
    get latest() {
      return judging;
    },
    close: () => remote.close(),
  };
}

function remoteJudging(
  model: RemoteModel,
  options: SourceOptions,
  hooks: DetectorHooks,
  before: Judging | undefined,
): Judging {
  const { schema, traffic } = model;
  const { minRequests = traffic?.minRequests ?? DEFAULT_MIN_REQUESTS, features } = options;
  const toRow = behaviourInto(schema, features);
  return {
    label: labelOf(model),
    schema,
    enforcement: enforcementOf(model, before, hooks),
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
