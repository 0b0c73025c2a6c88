// Copies among the rows that judge a detector, in words.
import type { Metrics } from '../model/metrics.js';

/** Says how many rows are copies of rows that trained, and ends by announcing the figures without them. */
export function copiesText({ rows, distinct, unseen }: NonNullable<Metrics['copies']>): string {
  const copies = `${rows} of these rows are copies of ${distinct === 1 ? '1 row' : `${distinct} different rows`} that trained`;
  if (unseen === null) {
    return `${copies}. There are no others: the figures say nothing about behaviour that training never saw.`;
  }
  const nUnseen =
    unseen.truePositives + unseen.falseNegatives + unseen.falsePositives + unseen.trueNegatives;
  return `${copies}. Over the ${nUnseen} rows whose values training never saw:`;
}
