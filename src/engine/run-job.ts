// One job from request bytes to reply bytes: decode → score → encode, on whichever thread calls it.
import type { Scorer } from '../model/scorer.js';
import { explainBatch } from './explain-batch.js';
import type { Detectors, JobReply, JobSpec, Operation } from './job.js';
import { predictBehaviours } from './predict-behaviours.js';
import { scoreBatch } from './score-batch.js';
import { scoreLines } from './score-lines.js';

type RunOperation = (
  spec: JobSpec,
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
) => JobReply;

const RUN_BY_OPERATION: Record<Operation, RunOperation> = {
  score: scoreBatch,
  predict: predictBehaviours,
  lines: scoreLines,
  explain: explainBatch,
};

export function runJob(
  spec: JobSpec,
  detectors: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  return RUN_BY_OPERATION[spec.operation](spec, detectors, body, scorer);
}
