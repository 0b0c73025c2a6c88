// Texts out of a log, as a terminal may be shown them.
import { shorten, UNPRINTABLE } from '../errors.js';

/** Without what moves the cursor or turns the direction of writing. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** The same, cut where it is long. */
export function shortPrintable(text: string): string {
  return shorten(printable(text));
}
