// A file that is looked at again and again: that finds what notices of the system miss, as on network drives, and a file
// that was not there before.
import { statSync } from 'node:fs';

const LOOK_MS = 1_000;

/** Changes with the content of a file, whoever writes it and how; undefined where none can be read. */
export type FileSignature = string | undefined;

export function fileSignature(file: string): FileSignature {
  try {
    // The time of any change rather than that of the content, which copies may set as they like.
    const { size, ctimeNs, ino } = statSync(file, { bigint: true });
    return `${size} ${ctimeNs} ${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * Calls `onChange` whenever the file is other than it was, also where it comes or goes. Keeps no process running.
 * @param known of the file as it was read
 * @returns what ends it
 */
export function watchFile(file: string, known: FileSignature, onChange: () => void): () => void {
  let last = known;
  const timer = setInterval(() => {
    const signature = fileSignature(file);
    if (signature === last) return;
    last = signature;
    onChange();
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}
