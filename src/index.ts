// The library: load a detector file, score rows, columns or a matrix, in the calling thread or on a pool.
export type { BatchScores, ExplainedScores } from './engine/batch-scores.js';
export { createEngine, type Engine, type EngineStatus } from './engine/engine.js';
export type { EngineOptions } from './engine/engine-options.js';
export { AnomalyPredictorError, type ErrorFields, type ErrorTag } from './errors.js';
export type { Detector } from './model/detector.js';
export { loadDetector } from './model/detector-store.js';
export type { ExplainedFeature, Explanation, ExplanationMethod } from './model/explanation.js';
export type { Batch, Row } from './model/rows.js';
export type { Prediction, Verdict } from './model/verdict.js';
