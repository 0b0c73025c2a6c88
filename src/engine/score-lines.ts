// A block of NDJSON lines to a block of lines with their verdicts.
import { decodeLines, encodeLines } from '../formats/ndjson.js';
import type { Scorer } from '../model/scorer.js';
import type { Detectors, JobReply, JobSpec } from './job.js';
import { tallyOf } from './tally.js';

export function scoreLines(
  { firstRow }: JobSpec,
  [detector]: Detectors,
  body: Uint8Array,
  scorer: Scorer,
): JobReply {
  const block = decodeLines(detector.schema, body, firstRow);
  const scores = new Float64Array(block.nRows);
  const risks = new Float64Array(block.nRows);
  scorer.scoreInto(detector, block.values, block.nRows, scores, risks);
  return {
    body: encodeLines(block, firstRow, scores, risks),
    nRows: block.nRows,
    tallies: [tallyOf(detector, block.values, scores, block.errors)],
  };
}
