// The report of `learn`: the traffic that was read, what behaviours in it are like, and the detector that came of it.

import { summarizeDetector } from '../model/detector-summary.js';
import { N_QUANTILES, QUANTILE_STEPS } from '../model/distribution.js';
import type { LearningRows } from '../model/learning-rows.js';
import { NORMAL } from '../training/dataset.js';
import { type Learned, N_ARTIFICIAL } from '../training/unlabelled/learn-detector.js';
import { volumeTable } from '../training/unlabelled/volume-table.js';
import { countText, percentText, quantityText, shortText } from './numbers.js';
import type { Block, Report, Section } from './report.js';
import { thresholdBlock } from './sections/calibration-blocks.js';
import { environmentSection } from './sections/environment-section.js';
import { featureSection } from './sections/feature-section.js';

export interface LearnedTraffic {
  /** Lines of the logs, those included that are no calls. */
  readonly lines: number;
  readonly rows: LearningRows;
}

export function learningReport(learned: Learned, traffic: LearnedTraffic): Report {
  const { detector } = learned;
  const { schema, provenance } = detector;
  const { values } = traffic.rows.snapshots;
  const nFeatures = schema.features.length;
  const nRows = values.length / nFeatures;
  const labels = new Int8Array(nRows).fill(NORMAL);
  return {
    title: `${detector.name}: learned from traffic`,
    summary:
      'What a detector was learned from, how it was chosen without labels, and how many sessions it will flag.',
    sections: [
      trafficSection(learned, traffic),
      choiceSection(learned),
      featureSection({ values, labels, nRows, nFeatures }, schema, {
        title: 'Behaviours',
        note:
          `${quantityText(nRows, 'behaviour')} of sessions that did not train: each at the first call that is judged, at ` +
          'each doubling of its calls and at its last. All are taken for normal.',
      }),
      profileSection(learned),
      environmentSection([detector], {
        'samples, splits, artificial behaviours and forests': provenance.split.seed,
      }),
    ],
  };
}

function trafficSection({ detector }: Learned, { lines }: LearnedTraffic): Section {
  const { provenance, traffic } = detector;
  const { data, split } = provenance;
  const rows = [
    ['lines', countText(lines)],
    ['calls', countText(data.calls)],
    ['sessions', countText(data.sessions)],
    ['behaviours that trained', countText(split.trainingRows)],
    ['other sessions, which chose', countText(split.choosingSessions)],
    ['yet other sessions, which set the threshold', countText(split.calibratingSessions)],
  ];
  return {
    title: 'Traffic',
    notes: [
      `A session is judged from ${traffic?.minRequests} calls on, over a window of ` +
        `${shortText((traffic?.windowMs ?? 0) / MS_PER_MINUTE)} minutes. Those that trained, chose and set the threshold ` +
        'are different ones; of many, a part was drawn.',
    ],
    blocks: [
      { title: 'What was read', notes: [], table: { header: ['what', 'how many'], rows } },
      {
        title: 'Logs',
        notes: [],
        table: {
          header: ['file', 'SHA-256'],
          rows: data.files.map(({ file, sha256 }) => [file, sha256]),
        },
      },
    ],
  };
}

function choiceSection({ detector, judged, failed }: Learned): Section {
  const [best] = judged;
  const { targetFalsePositiveRate: target } = detector.calibration;
  return {
    title: 'Detector',
    notes: [
      `${detector.title}, version ${detector.version}. Nothing was labelled: whether the sessions that it flags are ` +
        'attacks, only a look at them tells. A detector that calls less of what might be normal fits its traffic closer, ' +
        'and leaves less room to what is unusual.',
      ...boundsNotes(detector),
    ],
    blocks: [
      {
        title: 'Candidates',
        notes: [
          `Best first: the share of ${countText(N_ARTIFICIAL)} artificial behaviours that each calls normal at the ` +
            `threshold that flags at most ${percentText(target)} of the choosing sessions. The chosen one calls ` +
            `${percentText(best.volume)} normal.`,
        ],
        table: volumeTable(judged),
      },
      ...failedBlocks(failed),
      thresholdBlock(detector),
    ],
  };
}

function boundsNotes(detector: Learned['detector']): string[] {
  const bounds = summarizeDetector(detector).bounds ?? [];
  if (bounds.length === 0) return [];
  const limits = bounds.map(({ name, high }) => `${name} ${shortText(Number(high))}`);
  return [
    `A row is an anomaly whatever the model says where a value is larger, on either side of 0, than these bounds: ` +
      `${limits.join(', ')}. Sessions beyond them count toward the target rate.`,
  ];
}

function failedBlocks(failed: Learned['failed']): Block[] {
  if (failed.length === 0) return [];
  return [
    {
      title: 'Candidates that failed',
      notes: [],
      table: {
        header: ['method', 'settings', 'reason'],
        rows: failed.map(({ method, settings, reason }) => [
          method,
          JSON.stringify(settings),
          reason,
        ]),
      },
    },
  ];
}

const SHOWN_STEPS = [0, 1, 5, 10, 15, 19, 20];

function profileSection({ detector }: Learned): Section {
  const { schema, profile } = detector;
  const line = (name: string, quantiles: Float64Array, column: number) => [
    name,
    ...SHOWN_STEPS.map((step) => shortText(quantiles[column * N_QUANTILES + step])),
  ];
  return {
    title: 'What later traffic is compared with',
    notes: [
      'The detector remembers how these behaviours and their scores are distributed, and tells when what it judges is ' +
        'of another kind. A score above 0 is normal.',
    ],
    blocks: [
      {
        title: 'Shares of behaviours below',
        notes: [],
        table: {
          header: ['', ...SHOWN_STEPS.map((step) => `${(100 * step) / QUANTILE_STEPS} %`)],
          rows: [
            ...schema.features.map(({ name }, column) => line(name, profile.quantiles, column)),
            line('score', profile.scores.quantiles, 0),
          ],
        },
      },
    ],
  };
}

const MS_PER_MINUTE = 60_000;
