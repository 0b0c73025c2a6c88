// Section of what it takes to make the report again: program, machine, seeds, and what the detectors tell of themselves.
import { arch, cpus, platform } from 'node:os';
import type { Detector } from '../../model/detector.js';
import type { Provenance } from '../../model/provenance.js';
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
  return {
    title: `${title} (${name})`,
    notes: [],
    table: {
      header: ['what', 'value'],
      rows: [
        ['version', version],
        ['threshold', String(threshold)],
        ...originOf(provenance),
        ...Object.entries(provenance.parameters).map(([key, value]) => [key, String(value)]),
      ],
    },
  };
}

function originOf(provenance: Provenance): string[][] {
  const fileRow = ({ file, sha256 }: { file: string; sha256: string }) => [
    'file',
    `${file}, SHA-256 ${sha256}`,
  ];
  if (provenance.origin === 'import') {
    const { importer, estimator, format, version, files } = provenance;
    return [
      ['imported by', importer],
      ['from', `${estimator} of ${format} ${version ?? ''}`],
      ...files.map(fileRow),
    ];
  }
  const { trainer, split } = provenance;
  const files = provenance.origin === 'training' ? [provenance.data] : provenance.data.files;
  return [
    ['trained by', trainer],
    ...files.map(fileRow),
    ['seed of the training', String(split.seed)],
  ];
}
