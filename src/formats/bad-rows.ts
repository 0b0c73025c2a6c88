// Rows of a file that cannot be used: how many, which, and whether the run goes on without them.
import { AnomalyPredictorError } from '../errors.js';

/** `skip-missing` goes on without the rows that lack a value, and ends at others. */
export const BAD_ROW_POLICIES = ['skip', 'skip-missing', 'fail'] as const;
export type BadRowPolicy = (typeof BAD_ROW_POLICIES)[number];

const MOST_LISTED = 10;

interface Listing {
  count: number;
  /** Place and reason of the first ones. */
  readonly first: string[];
}

/** Rows that were skipped for a column, the first one in each that cannot be used. */
export interface BadColumn {
  /** Undefined where the whole row cannot be read. */
  readonly name: string | undefined;
  /** Rows without a value. */
  readonly missing: number;
  /** Rows with a value that is none of those that the column may have. */
  readonly unusable: number;
}

export class BadRows {
  readonly #policy: BadRowPolicy;
  readonly #skipped: Listing = { count: 0, first: [] };
  readonly #fatal: Listing = { count: 0, first: [] };
  readonly #columns = new Map<string | undefined, BadColumn>();

  constructor(policy: BadRowPolicy) {
    this.#policy = policy;
  }

  /** Rows that were skipped. */
  get count(): number {
    return this.#skipped.count;
  }

  /** Place and reason of the first one that was skipped. */
  get first(): string {
    return this.#skipped.first[0] ?? '';
  }

  add(errors: Iterable<AnomalyPredictorError>): void {
    for (const error of errors) {
      const listing = this.#isFatal(error) ? this.#fatal : this.#skipped;
      listing.count++;
      if (listing.first.length < MOST_LISTED) listing.first.push(error.message);
      if (listing === this.#skipped) this.#countColumn(error);
    }
  }

  /** Throws `bad-data-file` that lists the rows that the policy does not let pass. */
  check(): void {
    const { count } = this.#fatal;
    if (count === 0) return;
    const heading = count === 1 ? '' : `${count} bad rows: `;
    throw new AnomalyPredictorError('bad-data-file', heading + linesOf(this.#fatal).join('; '));
  }

  /** The rows that were skipped, each with its place and reason, up to a limit that the last line tells. */
  list(): readonly string[] {
    return linesOf(this.#skipped);
  }

  /** Of the rows that were skipped, in the order in which they came. */
  columns(): readonly BadColumn[] {
    return [...this.#columns.values()];
  }

  #countColumn(error: AnomalyPredictorError): void {
    const name = error.fields.field;
    const { missing, unusable } = this.#columns.get(name) ?? { missing: 0, unusable: 0 };
    const column = isMissing(error)
      ? { name, missing: missing + 1, unusable }
      : { name, missing, unusable: unusable + 1 };
    this.#columns.set(name, column);
  }

  #isFatal(error: AnomalyPredictorError): boolean {
    return this.#policy === 'fail' || (this.#policy === 'skip-missing' && !isMissing(error));
  }
}

function isMissing({ fields }: AnomalyPredictorError): boolean {
  return fields.field !== undefined && fields.value === undefined;
}

function linesOf({ count, first }: Listing): readonly string[] {
  return count > first.length ? [...first, `… and ${count - first.length} more`] : first;
}
