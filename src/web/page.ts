// What the page shows, worked out for its templates: texts, ids and numbers as people read them.
import type { Detector } from '../model/detector.js';
import type { Explanation } from '../model/explanation.js';
import type { Feature } from '../model/schema.js';
import type { Verdict } from '../model/verdict.js';
import { describeDetectors, formLink } from './detector-list.js';
import { describeExplanation } from './explanation-view.js';
import { type FormFields, fieldNames, MODEL_FIELD, type Problem, SWITCH_FIELD } from './form.js';

/** The one page: the form of a detector, with problems or with the outcome of a behaviour above it. */
export interface Page {
  /** Those that can be chosen. */
  readonly detectors: readonly Detector[];
  /** What there is to say against the verdicts of a detector at the moment. */
  readonly warningOf: (detector: Detector) => string | undefined;
  readonly detector: Detector;
  readonly fields: FormFields;
  readonly problems: readonly Problem[];
  readonly outcome?: Outcome;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly version: string;
  /** [nFeatures] as scored */
  readonly row: readonly number[];
  /** Undefined where the detector cannot explain itself. */
  readonly explanation?: Explanation | undefined;
}

/** Everything that views/*.ejs name. */
export function describePage({ detectors, warningOf, detector, fields, problems, outcome }: Page) {
  const { features } = detector.schema;
  const names = fieldNames(detector.schema);
  const messageOf = new Map(problems.map(({ field, message }) => [field, message]));
  const shownFields = features.map((feature, index) => ({
    ...feature,
    name: names[index],
    title: feature.title || feature.name,
    id: `field-${index}`,
    text: fields.get(names[index])?.[0] ?? '',
    problem: messageOf.get(names[index]),
  }));
  const verdict = outcome && describeOutcome(outcome, features);
  return {
    title:
      verdict?.heading ?? (problems.length > 0 ? 'Please check the form' : 'Score a behaviour'),
    choice: {
      field: MODEL_FIELD,
      options: detectors.map(({ name, title }) => ({
        name,
        title,
        chosen: name === detector.name,
      })),
      problem: messageOf.get(MODEL_FIELD),
      switchAction: `/predict?${SWITCH_FIELD}=1`,
      /** A detector with other fields needs its own form. */
      changesForm: detectors.some(({ schema }) => !sameNames(schema.features, features)),
    },
    exampleLink: formLink(detector, { example: '1' }),
    fields: shownFields,
    problems: problems.map(({ field, message }) => {
      if (field === MODEL_FIELD) return { id: 'detector', text: `Detector: ${message}` };
      const shown = shownFields.find(({ name }) => name === field);
      return shown
        ? { id: shown.id, text: `${shown.title}: ${message}` }
        : { id: undefined, text: message };
    }),
    outcome: verdict,
    detectors: describeDetectors(detectors, detector, warningOf),
    detector: {
      name: detector.name,
      title: detector.title,
      version: detector.version,
      evaluation: describeEvaluation(detector),
    },
  };
}

function describeOutcome(
  { verdict, version, row, explanation }: Outcome,
  features: readonly Feature[],
) {
  const { prediction, score, model_used } = verdict;
  return {
    prediction,
    heading: prediction === 'anomaly' ? 'Anomaly' : 'Normal',
    score: String(Number(score.toPrecision(6))),
    risk: showRisk(verdict),
    model: model_used,
    version,
    explanation: explanation && describeExplanation(explanation, features, row),
    values: features.map(({ name, title, unit }, index) => ({
      title: title || name,
      unit,
      value: String(row[index]),
    })),
  };
}

/** Three decimals; rounding never moves a normal row's risk onto the border at 0.5. */
function showRisk({ prediction, risk }: Verdict): string {
  const rounded = risk.toFixed(3);
  return prediction === 'normal' && rounded === '0.500' ? '0.499' : rounded;
}

/** Undefined where nobody has evaluated the detector. */
function describeEvaluation({ metrics }: Detector) {
  if (metrics === null) return undefined;
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = metrics;
  return {
    found: showShare(truePositives, truePositives + falseNegatives, 'anomalies'),
    falseAlarms: showShare(falsePositives, falsePositives + trueNegatives, 'normal rows'),
  };
}

/** '95 of 100 anomalies (95.0 %)' */
function showShare(part: number, whole: number, things: string): string {
  const counts = `${part.toLocaleString('en')} of ${whole.toLocaleString('en')} ${things}`;
  return whole === 0 ? counts : `${counts} (${((100 * part) / whole).toFixed(1)} %)`;
}

function sameNames(a: readonly Feature[], b: readonly Feature[]): boolean {
  return a.length === b.length && a.every(({ name }, index) => name === b[index].name);
}
