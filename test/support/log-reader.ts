// Reads logs to their end, as the commands do.
import type { LogCounts } from '../../src/traffic/logs/log-counts.js';
import type { LogOptions } from '../../src/traffic/logs/log-options.js';
import type { LoggedCall } from '../../src/traffic/logs/logged-call.js';
import { readLogs } from '../../src/traffic/logs/read-logs.js';

export interface ReadLog {
  readonly calls: readonly LoggedCall[];
  readonly counts: LogCounts;
}

export async function allCalls(
  paths: readonly string[],
  options: LogOptions = {},
): Promise<ReadLog> {
  const log = readLogs(paths, options);
  const calls: LoggedCall[] = [];
  for await (const block of log) calls.push(...block);
  return { calls, counts: log.counts };
}
