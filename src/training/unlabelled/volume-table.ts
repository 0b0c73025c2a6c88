// What a search without labels found out, as cells of a table: for the command line and the report.
import type { CandidateTable } from '../candidate-table.js';
import { findMethod } from '../methods/find-method.js';
import type { JudgedCandidate } from './choose-candidate.js';

export function volumeTable(candidates: readonly JudgedCandidate[]): CandidateTable {
  const options = [...new Set(candidates.flatMap(({ settings }) => Object.keys(settings)))];
  return {
    header: ['method', ...options, 'called normal', 'sessions flagged', 'size', ''],
    rows: candidates.map(({ method, settings, volume, flagged, size }) => [
      method,
      ...options.map((option) => String(settings[option] ?? '–')),
      volume.toFixed(4),
      flagged.toFixed(4),
      String(size),
      findMethod(method).sizeUnit,
    ]),
  };
}
