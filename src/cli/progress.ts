// A progress bar on stderr for as long as that is a terminal; elsewhere nothing is shown.
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** `note`: what else is known, shown behind the bar. */
  update(done: number, note?: string): void;
  /** Takes the bar away. Must be called, also after a failure: the bar keeps the process alive. */
  stop(): void;
}

/** `total` is in any unit; without it the notes alone are shown. */
export function startProgress(label: string, total: number | undefined): Progress {
  const bar = new SingleBar({
    stream: process.stderr,
    format: total === undefined ? '{label}  {note}' : '{label} {bar} {percentage} %  {note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    clearOnComplete: true,
    // The terminal stays as it is, so that there is nothing to restore when the process is killed.
    linewrap: true,
    gracefulExit: false,
  });
  bar.start(total ?? 0, 0, { label, note: '' });
  return {
    update: (done, note = '') => bar.update(done, { note }),
    stop: () => bar.stop(),
  };
}

const SECONDS_PER_MINUTE = 60;

/** How long the rest will take if it goes on like this: '1:05 left'; empty before anything is done. */
export function timeLeft(elapsedMs: number, done: number, total: number): string {
  if (done === 0) return '';
  const seconds = Math.ceil(((elapsedMs / done) * (total - done)) / 1_000);
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  return `${minutes}:${String(seconds % SECONDS_PER_MINUTE).padStart(2, '0')} left`;
}
