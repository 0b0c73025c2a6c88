// What a search found out, as cells of a table: for the command line and the model card.
import type { CandidateResult } from './search.js';

export interface CandidateTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function candidateTable(
  candidates: readonly CandidateResult[],
  scoring: string,
  sizeUnit: string,
): CandidateTable {
  const options = [...new Set(candidates.flatMap(({ candidate }) => Object.keys(candidate)))];
  const hasBlind = candidates.some(({ isBlind }) => isBlind);
  return {
    header: [
      ...options,
      ...[scoring, '±', 'recall', 'false positive rate', sizeUnit],
      ...(hasBlind ? ['far out'] : []),
    ],
    rows: candidates.map(
      ({ candidate, score, scoreDeviation, recall, falsePositiveRate, size, isBlind }) => [
        ...options.map((option) => String(candidate[option] ?? '–')),
        ...[score, scoreDeviation, recall, falsePositiveRate].map((value) => value.toFixed(4)),
        size.toFixed(1),
        ...(hasBlind ? [isBlind ? 'called normal' : 'flagged'] : []),
      ],
    ),
  };
}
