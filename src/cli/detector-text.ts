// A detector as `inspect` and `import` show it.
import { type Calibration, calibrationCaveat } from '../model/calibration.js';
import { failedChecksText } from '../model/detector-checks.js';
import type { DetectorSummary } from '../model/detector-summary.js';
import type { Provenance } from '../model/provenance.js';
import type { TrafficSettings } from '../model/traffic-settings.js';
import { renderMetrics } from './metrics-table.js';
import { formatQuantity, formatShare } from './numbers.js';
import { renderTable } from './table.js';

const MS_PER_MINUTE = 60_000;

export function detectorText(summary: DetectorSummary): string {
  const { name, title, version, type, transforms, model, threshold, calibration } = summary;
  const { schema, encoder, metrics, traffic, bounds, failedChecks } = summary;
  const failed = failedChecksText({ ...(failedChecks && { failedChecks }) });
  const features = schema.features.map((feature, i) => {
    const { column, category } = encoder[i];
    const source = category === undefined ? column : `${column} = ${category}`;
    return [feature.name, feature.unit, source, feature.description];
  });
  return [
    `${name}: ${title}`,
    ...(failed === undefined ? [] : [`warning: ${failed}`]),
    facts({ version, type, transforms: transforms.join(', ') || 'none', ...model, threshold }),
    ...(calibration === null ? [] : ['', 'Calibration', facts(calibrationFacts(calibration))]),
    ...(traffic === null ? [] : ['', 'Traffic', facts(trafficFacts(traffic))]),
    ...(bounds === null
      ? []
      : ['', 'Bounds, outside of which a row is an anomaly', facts(boundFacts(bounds))]),
    '',
    'Features',
    indent(renderTable(['name', 'unit', 'CSV column', 'description'], features)),
    '',
    'Metrics, on rows that training did not see',
    indent(metrics === null ? 'not evaluated' : renderMetrics(metrics)),
    '',
    'Provenance',
    facts(factsOf(summary.provenance)),
  ].join('\n');
}

function calibrationFacts(calibration: Calibration): Facts {
  const { data, rows, unit, targetFalsePositiveRate, falsePositiveRate, interval } = calibration;
  const [target, achieved] = [targetFalsePositiveRate, falsePositiveRate].map(formatShare);
  const expected = `${formatShare(interval.low)} to ${formatShare(interval.high)}`;
  const caveat = calibrationCaveat(calibration);
  return {
    by: calibration.calibrator,
    data: `${data.file}, ${formatQuantity(rows, `normal ${unit ?? 'row'}`)}`,
    sha256: data.sha256,
    'threshold before': calibration.previousThreshold,
    'false positives': `${achieved} of these ${unit ?? 'row'}s, target ${target}; of others like them ${expected} are expected`,
    ...(caveat === undefined ? {} : { note: caveat }),
  };
}

function boundFacts(bounds: NonNullable<DetectorSummary['bounds']>): Facts {
  return Object.fromEntries(
    bounds.map(({ name, low, high }) => [name, `${low ?? 'any'} to ${high ?? 'any'}`]),
  );
}

function trafficFacts({ windowMs, minRequests }: TrafficSettings): Facts {
  return {
    'sliding window': `${windowMs / MS_PER_MINUTE} min`,
    'calls before a client is judged': minRequests,
  };
}

function factsOf(provenance: Provenance): Facts {
  if (provenance.origin === 'traffic') {
    const { trainer, data, split, parameters } = provenance;
    return {
      trainer,
      ...filesFacts(data.files),
      data: `${formatQuantity(data.calls, 'call')}, ${formatQuantity(data.sessions, 'session')}`,
      'trained on': formatQuantity(split.trainingRows, 'behaviour'),
      'chosen on': formatQuantity(split.choosingSessions, 'other session'),
      'calibrated on': formatQuantity(split.calibratingSessions, 'other session'),
      seed: split.seed,
      ...parameters,
    };
  }
  if (provenance.origin === 'training') {
    const { trainer, data, split, parameters } = provenance;
    return {
      trainer,
      data: `${data.file}, ${data.rows} rows used, ${data.droppedRows} dropped`,
      sha256: data.sha256,
      'trained on': `${split.trainNormal} normal and ${split.trainAnomaly} anomalous rows`,
      'tested on': `${split.testNormal} normal and ${split.testAnomaly} anomalous rows`,
      seed: split.seed,
      ...parameters,
    };
  }
  const { importer, files, format, estimator, version, featureNames, parameters } = provenance;
  return {
    importer,
    ...filesFacts(files),
    format: version === null ? format : `${format} ${version}`,
    estimator,
    'features in the file': featureNames?.join(', ') ?? 'not named',
    ...parameters,
  };
}

function filesFacts(files: readonly { readonly file: string; readonly sha256: string }[]): Facts {
  return Object.fromEntries(files.map(({ file, sha256 }) => [file, `SHA-256 ${sha256}`]));
}

type Facts = Readonly<Record<string, string | number | boolean | null>>;

function facts(valueByName: Facts): string {
  const entries = Object.entries(valueByName);
  const width = Math.max(...entries.map(([name]) => name.length));
  return indent(entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'));
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
