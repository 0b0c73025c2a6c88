// Section of what it takes to make the report again: program, machine, seeds, and what the detectors tell of themselves.
import { arch, cpus, platform } from 'node:os';
import type { Detector } from '../../model/detector.js';
import { PACKAGE_VERSION } from '../../package-paths.js';
import type { Block, Section } from '../report.js';

/** `seeds`: by what they are used for */
export function environmentSection(
  detectors: readonly Detector[],
  seeds: Readonly<Record<string, number>>,
): Section {
  const [processor] = cpus();
  return {
    title: 'Environment and seeds',
    notes: [],
    blocks: [
      {
        title: 'Program, machine and seeds',
        notes: ['The same data, program and seeds give the same figures.'],
        table: {
          header: ['what', 'value'],
          rows: [
            ['anomaly-predictor', PACKAGE_VERSION],
            ['Node', process.versions.node],
            ['system', `${platform()} ${arch()}`],
            ['processors', `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`],
            ...Object.entries(seeds).map(([use, seed]) => [`seed of ${use}`, String(seed)]),
          ],
        },
      },
      ...detectors.map(originBlock),
    ],
  };
}

function originBlock({ name, title, version, threshold, provenance }: Detector): Block {
  const origin =
    provenance.origin === 'training'
      ? [
          ['trained by', provenance.trainer],
          ['on', `${provenance.data.file}, SHA-256 ${provenance.data.sha256}`],
          ['seed of the training', String(provenance.split.seed)],
        ]
      : [
          ['imported by', provenance.importer],
          ['from', `${provenance.estimator} of ${provenance.format} ${provenance.version ?? ''}`],
          ...provenance.files.map(({ file, sha256 }) => ['file', `${file}, SHA-256 ${sha256}`]),
        ];
  return {
    title: `${title} (${name})`,
    notes: [],
    table: {
      header: ['what', 'value'],
      rows: [
        ['version', version],
        ['threshold', String(threshold)],
        ...origin,
        ...Object.entries(provenance.parameters).map(([key, value]) => [key, String(value)]),
      ],
    },
  };
}
