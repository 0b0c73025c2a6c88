// Fits and judges every candidate on worker threads, without labels, and ranks them.
import { AnomalyPredictorError } from '../../errors.js';
import type { Bounds } from '../../model/bounds.js';
import type { SessionRows } from '../../model/learning-rows.js';
import { findMethod } from '../methods/find-method.js';
import type { TrainingPool } from '../training-pool.js';
import type { SharedRows, VolumeTask } from '../training-task.js';
import type { Candidate } from './candidates.js';
import type { NormalVolume } from './normal-volume.js';

export interface JudgedCandidate extends Candidate, NormalVolume {
  /** In the method's unit. */
  readonly size: number;
}

export interface FailedCandidate extends Candidate {
  readonly reason: string;
}

export interface Choice {
  /** Best first, at least one. */
  readonly judged: readonly JudgedCandidate[];
  readonly failed: readonly FailedCandidate[];
}

export interface ChoiceContext {
  /** Normal rows, all of which train. */
  readonly data: SharedRows;
  readonly train: Int32Array;
  readonly sessions: SessionRows;
  /** [nArtificial × nFeatures] */
  readonly artificial: Float64Array;
  readonly share: number;
  readonly bounds: Bounds;
  readonly seed: number;
  readonly pool: TrainingPool;
  readonly onProgress: (done: number, total: number) => void;
}

/** @throws Interrupted; AnomalyPredictorError `bad-data-file` where every candidate fails, or tells nothing */
export async function chooseCandidate(
  candidates: readonly Candidate[],
  context: ChoiceContext,
): Promise<Choice> {
  const { pool, onProgress, ...shared } = context;
  let nDone = 0;
  const outcomes = await Promise.all(
    candidates.map(async (candidate) => {
      const outcome = await judge(candidate, pool, shared);
      onProgress(++nDone, candidates.length);
      return outcome;
    }),
  );
  const failed = outcomes.filter((outcome) => 'reason' in outcome);
  const judged = outcomes.filter((outcome) => 'volume' in outcome);
  if (judged.length === 0) {
    const { method, reason } = failed[0];
    throw new AnomalyPredictorError(
      'bad-data-file',
      `none of ${candidates.length} candidates can be fitted to these behaviours; ${method}: ${reason}`,
    );
  }
  // Those that are equal in all respects stay in the order of the candidates.
  judged.sort((a, b) => a.volume - b.volume || a.size - b.size);
  if (judged[0].volume === 1) {
    throw new AnomalyPredictorError(
      'bad-data-file',
      `none of ${judged.length} candidates tells these behaviours from any others`,
    );
  }
  return { judged, failed };
}

async function judge(
  candidate: Candidate,
  pool: TrainingPool,
  shared: Omit<VolumeTask, 'method' | 'settings'>,
): Promise<JudgedCandidate | FailedCandidate> {
  const { method, settings } = candidate;
  const complete = { ...findMethod(method).defaults, ...findMethod(method).searchDefaults };
  try {
    const result = await pool.run('volume', {
      ...shared,
      method,
      settings: { ...complete, ...settings },
    });
    if (Number.isFinite(result.volume)) return { ...candidate, ...result };
    return { ...candidate, reason: `its volume is ${result.volume}` };
  } catch (error) {
    if (!(error instanceof AnomalyPredictorError)) throw error;
    return { ...candidate, reason: error.message };
  }
}
