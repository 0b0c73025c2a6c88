// Which processor a process runs on, where the system can be told (Linux). Left alone it moves client and server between one
// processor and two, and a request's latency with them by 10 µs and more.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

const N_PROCESSORS = cpus().length;

/** Of all its threads. Does nothing where there is only one, or where that cannot be said. */
export function runOn(processor: number, pid: number): void {
  if (N_PROCESSORS > 1) setProcessors(String(processor), pid);
}

/** Takes that back. */
export function runAnywhere(pid: number): void {
  setProcessors(`0-${N_PROCESSORS - 1}`, pid);
}

function setProcessors(list: string, pid: number): void {
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', list, String(pid)]);
}
