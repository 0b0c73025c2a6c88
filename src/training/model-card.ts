// The model card of a trained detector, in Markdown, written from the detector itself: data, split, metrics,
// limits, and how to make the same file again.
import { type Calibration, calibrationCaveat } from '../model/calibration.js';
import { failedChecksText } from '../model/detector-checks.js';
import type { Rates } from '../model/metrics.js';
import { shellWords } from '../shell-words.js';
import { candidateTable } from './candidate-table.js';
import { copiesText } from './copies-text.js';
import { argumentsOf } from './options/arguments.js';
import type { Recipe } from './recipes/recipe.js';
import type { CandidateResult } from './search.js';
import { DEFAULT_SEARCH, type SearchPlan } from './search-plan.js';
import { isOfDataset, type Trained, type TrainOptions } from './train.js';
import { describeValidation } from './validation.js';

const MS_PER_MINUTE = 60_000;

/** Limits of every detector that the dataset of the shipped ones made. */
const DATASET_LIMITS = [
  'The data are one publisher’s, recorded from one kind of API traffic. On another population, even the unlabelled ' +
    'part of the same data set, most normal behaviour can be called an anomaly: evaluate on your own traffic first.',
  'Normal rows and anomalies of this data set are far apart (every labelled anomaly has a single user), so that the ' +
    'figures say little about subtle attacks.',
  '`ip_type_default` and `source_F` are constant among the normal rows; they describe this data set more than a client.',
];

/** Limits of every detector that other behaviours made. */
const OWN_LIMITS = [
  'Behaviours of one client may stand on both sides of the split: expect less of clients that training never saw.',
  'It knows the traffic that was labelled. On another service most normal behaviour can be called an anomaly.',
];

export interface CardOptions extends TrainOptions {
  /** Words of the command line that say how the behaviours were made. */
  readonly madeBy?: readonly string[];
}

/** `options`: what it was trained with. */
export function renderModelCard(
  recipe: Recipe,
  { detector, settings, candidates }: Trained,
  options: CardOptions = {},
): string {
  const { method, summary } = recipe;
  const { name, title, version, metrics, provenance, schema, calibration } = detector;
  const { data, split, trainer, parameters } = provenance;
  const failed = failedChecksText(detector);
  const { copies } = metrics;
  const isDataset = isOfDataset(options);
  const again = [
    ...['npx', 'anomaly-predictor', 'train', '--data', data.file, '--detector', name],
    ...['--seed', String(split.seed), ...(options.madeBy ?? []), ...argumentsOf(options)],
    ...(calibration === undefined
      ? []
      : ['--target-fpr', String(calibration.targetFalsePositiveRate)]),
    ...(failed === undefined ? [] : ['--force']),
    ...['--out', 'models'],
  ];
  return `# ${title} (\`${name}\`)

${summary}

Version \`${version}\`, written by ${trainer}.
${failed === undefined ? '' : `\n**Not fit for use:** ${failed}.\n`}
## Data

${isDataset ? datasetText(data) : behavioursText(detector)}

Features: ${schema.features.map((feature) => `\`${feature.name}\` (${feature.unit})`).join(', ')}.

## Split

Seed ${split.seed}; rows with equal values stay on one side${copies === undefined ? '' : ', unless they are a large part of their class: then they stand on both in proportion'}.

| | normal | anomaly |
| --- | --- | --- |
| training | ${split.trainNormal} | ${split.trainAnomaly} |
${calibration === undefined ? '' : `| calibration | ${calibration.rows} | 0 |\n`}| evaluation | ${split.testNormal} | ${split.testAnomaly} |

## Parameters

| parameter | value |
| --- | --- |
${Object.entries(parameters)
  .map(([key, value]) => `| ${key} | ${value} |\n`)
  .join('')}
${calibration === undefined ? '' : renderCalibration(detector.threshold, calibration)}## Metrics

On the evaluation rows, which training did not see${calibration === undefined ? '' : ' and which did not set the threshold'}. The anomaly is the positive class.

${renderRates(metrics)}${copies === undefined ? '' : `\n${copiesText(copies)}\n${copies.unseen === null ? '' : `\n${renderRates(copies.unseen)}`}`}${candidates === undefined ? '' : renderCandidates(candidates, options.search ?? recipe.search, method.sizeUnit)}
## Limits

${[...recipe.limits(settings), ...(isDataset ? DATASET_LIMITS : OWN_LIMITS)].map((limit) => `- ${limit}\n`).join('')}
## Reproduce it byte for byte

\`\`\`sh
${shellWords(again)}
\`\`\`

The same file and seed give the version above; \`npx anomaly-predictor inspect ${name}\` shows it.
`;
}

type Data = Trained['detector']['provenance']['data'];

function datasetText(data: Data): string {
  return `\`${data.file}\`, the labelled part of the public “API Access Behaviour Anomaly Dataset” (Kaggle, tangodelta),
SHA-256 \`${data.sha256}\`. ${rowsText(data)} The data are
not part of this project; their licence is the publisher’s.`;
}

function behavioursText({ provenance: { data }, traffic }: Trained['detector']): string {
  const live =
    traffic === undefined
      ? 'It does not know how its traffic was read, so that guards only observe with it.'
      : `Behaviours of live traffic, in a sliding window of ${traffic.windowMs / MS_PER_MINUTE} minutes and from call ${traffic.minRequests} of a client on.`;
  return `\`${data.file}\`, SHA-256 \`${data.sha256}\`. ${rowsText(data)} ${live}`;
}

function rowsText({ rows, droppedRows }: Data): string {
  return `${rows} rows are used, ${droppedRows} that cannot be used are dropped.`;
}

function renderRates(rates: Rates): string {
  const { precision, recall, f1, falsePositiveRate, rocAuc, averagePrecision } = rates;
  const cells = [precision, recall, f1, falsePositiveRate, rocAuc, averagePrecision];
  return `| | called anomaly | called normal |
| --- | --- | --- |
| anomalies | ${rates.truePositives} | ${rates.falseNegatives} |
| normal rows | ${rates.falsePositives} | ${rates.trueNegatives} |

| precision | recall | F1 | false positive rate | ROC AUC | average precision |
| --- | --- | --- | --- | --- | --- |
| ${cells.map((rate) => rate?.toFixed(4) ?? '–').join(' | ')} |
`;
}

function renderCalibration(threshold: number, calibration: Calibration): string {
  const { rows, targetFalsePositiveRate, falsePositiveRate, interval } = calibration;
  const caveat = calibrationCaveat(calibration);
  const [target, achieved, low, high] = [
    targetFalsePositiveRate,
    falsePositiveRate,
    interval.low,
    interval.high,
  ].map((share) => `${(100 * share).toFixed(1)} %`);
  return `## Calibration

The threshold ${threshold} was set on ${rows} normal rows, apart from those that trained and those that evaluate, so that at
most ${target} of them are called anomalies: ${achieved} are. Of other rows like them, ${low} to ${high} are to be expected (95 %).
${caveat === undefined ? '' : `${caveat}\n`}It replaces the border that training itself draws, and what is said of that one below.

`;
}

function renderCandidates(
  candidates: readonly CandidateResult[],
  plan: SearchPlan | undefined,
  sizeUnit: string,
): string {
  const { validation, scoring } = plan ?? DEFAULT_SEARCH;
  const { header, rows } = candidateTable(candidates, scoring, sizeUnit);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `
## Candidates

Means over ${describeValidation(validation)} of the training part, best first.

${line(header)}${line(header.map(() => '---'))}${rows.map(line).join('')}`;
}
