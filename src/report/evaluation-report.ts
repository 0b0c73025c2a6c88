// The report of `evaluate`: one detector on one file.
import type { Detector } from '../model/detector.js';
import {
  ANOMALY,
  type Dataset,
  type DatasetFile,
  NORMAL,
  takeLabels,
} from '../training/dataset.js';
import { type JudgingRows, scoresOf } from '../training/evaluation.js';
import { dealFolds, rowsOf } from '../training/split.js';
import { judgeDetector } from './judged-detector.js';
import { countText, quantityText } from './numbers.js';
import type { Report, Section } from './report.js';
import { correlationSection } from './sections/correlation-section.js';
import { dataSection } from './sections/data-section.js';
import { detectorBlocks } from './sections/detector-blocks.js';
import { environmentSection } from './sections/environment-section.js';
import { featureSection } from './sections/feature-section.js';
import type { Folds } from './sections/ranking-blocks.js';

/** Of parts and shuffles; what is drawn does not depend on it but for that. */
const SEED = 42;
const N_PARTS = 5;

/** `notes`: what else is to be said of the rows, such as how they differ from those of the training */
export function evaluationReport(
  detector: Detector,
  dataset: DatasetFile,
  judging: JudgingRows,
  notes: readonly string[],
): Report {
  const { rows, train } = judging;
  const trainedOnIt = train !== undefined;
  const judged = judgeDetector(detector, dataset, judging);
  const whose = trainedOnIt
    ? `the ${countText(rows.length)} rows that its training held out`
    : `all ${quantityText(rows.length, 'row')}; ${
        detector.provenance.origin !== 'import'
          ? 'training saw another file'
          : 'which rows its training saw is not known'
      }`;
  const verdicts: Section = {
    title: detector.title,
    notes: [
      `Version ${detector.version}, judged on ${whose}. The anomaly is the positive class.`,
      ...notes,
    ],
    blocks: detectorBlocks(judged, partsOf(detector, dataset, rows), SEED),
  };
  return {
    title: `${detector.title} on ${dataset.file}`,
    summary:
      'How well a detector tells anomalies from normal behaviour, on rows that its training did not see.',
    sections: [
      verdicts,
      dataSection(dataset, [{ name: trainedOnIt ? 'held out' : 'judging', rows }]),
      featureSection(dataset, detector.schema),
      correlationSection(dataset, detector.schema),
      environmentSection([detector], { 'parts and shuffles': SEED }),
    ],
  };
}

/** The judging rows in parts: how far the curves stray if there are fewer and other rows. */
function partsOf(detector: Detector, dataset: Dataset, rows: Int32Array): Folds {
  const [normal, anomalies] = [NORMAL, ANOMALY].map((label) =>
    dealFolds(dataset, rowsOf(dataset, label, rows), N_PARTS, SEED),
  );
  const parts = normal.map((part, i) => Int32Array.from([...part, ...anomalies[i]]));
  return {
    scored: parts.map((part) => ({
      scores: scoresOf(detector, dataset, part),
      labels: takeLabels(dataset, part),
    })),
    what: `the mean over ${N_PARTS} parts of the rows ± one standard deviation`,
  };
}
