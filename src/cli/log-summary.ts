// What the commands tell of the logs that they read.
import type { LogCounts } from '../traffic/logs/log-counts.js';
import { formatCount, formatQuantity } from './numbers.js';

/** Lines and calls, what was left out and why, and what is odd; several lines of text. */
export function logSummary(counts: LogCounts, elapsedMs: number): string {
  const perSecond = formatCount((1_000 * counts.lines) / elapsedMs);
  return [
    `${formatQuantity(counts.lines, 'line')}, ${formatQuantity(counts.calls, 'call')}, ${perSecond} lines/s`,
    ...partsOf(counts).map((part) => `  ${part}`),
    ...counts.notes.map((note) => `warning: ${note}`),
  ].join('\n');
}

function partsOf(counts: LogCounts): readonly string[] {
  const { badLines, firstBad, firstNoRequest } = counts;
  const parts: string[] = [];
  const add = (count: number, text: string) => {
    if (count > 0) parts.push(`${formatCount(count)} ${text}`);
  };
  for (const [reason, count] of counts.badByReason) add(count, `left out: ${reason}`);
  for (const bad of firstBad) parts.push(`  ${bad}`);
  add(badLines - firstBad.length, 'more of them');
  add(counts.hugeLines, 'left out: longer than 64 KiB');
  add(counts.noRequests, `left out: no request, such as ${firstNoRequest}`);
  add(counts.duplicates, 'left out: logged twice under one request id');
  add(counts.blankLines, 'blank');
  add(counts.repeated, 'the same as the line before, and counted');
  add(counts.outOfOrder, 'earlier than the line before, and counted where they belong');
  add(
    counts.timeJumps,
    'with a time far off both neighbours, and counted at that of the one before',
  );
  add(counts.withoutKey, 'without session key, and counted by their address');
  return parts;
}
