// Texts out of a log, as a terminal may be shown them.
import { shorten } from '../errors.js';

/** Without what moves the cursor or turns the direction of writing; cut where it is long. */
export function printable(text: string): string {
  return shorten(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd'));
}
