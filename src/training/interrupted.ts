// Thrown where a training was ended from outside, with what it had found out by then.
import type { CandidateResult } from './search.js';

export class Interrupted extends Error {
  /** Of a search: the candidates that were judged, best first. */
  readonly candidates: readonly CandidateResult[];

  constructor(candidates: readonly CandidateResult[] = []) {
    super('interrupted');
    this.name = 'Interrupted';
    this.candidates = candidates;
  }
}
