// What every report says of a detector and the rows that judge it.
import type { JudgedDetector } from '../judged-detector.js';
import type { Block } from '../report.js';
import { reliabilityBlock, thresholdBlock } from './calibration-blocks.js';
import { importanceBlocks } from './importance-blocks.js';
import { type Folds, rankingBlocks } from './ranking-blocks.js';
import { classReportBlock, confusionBlock, copiesBlocks, scoreBlock } from './verdict-blocks.js';

/** `seed`: of the shuffles */
export function detectorBlocks(judged: JudgedDetector, folds: Folds, seed: number): Block[] {
  return [
    confusionBlock(judged),
    ...copiesBlocks(judged),
    classReportBlock(judged),
    ...rankingBlocks(judged, folds),
    scoreBlock(judged),
    reliabilityBlock(judged),
    ...importanceBlocks(judged, seed),
    thresholdBlock(judged.detector),
  ];
}
