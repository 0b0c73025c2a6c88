// A value of a JSON document, as far as a log says something by it.
import { ByteText } from '../byte-text.js';

/** What a value is; null is NOTHING. */
export const NOTHING = 0;
export const TEXT = 1;
export const NUMBER = 2;
/** True, false, an object or a list. */
export const OTHER = 3;

export type JsonKind = typeof NOTHING | typeof TEXT | typeof NUMBER | typeof OTHER;

export class JsonValue {
  kind: JsonKind = NOTHING;
  /** What a text says, or how a number is written; else empty. */
  readonly text = new ByteText();
  /** Index of the path under which it was found. */
  path = 0;

  setNothing(): void {
    this.kind = NOTHING;
    this.text.clear();
  }

  /** As JSON.parse gives it. */
  set(value: unknown, path: number): void {
    this.path = path;
    if (typeof value === 'string') {
      this.kind = TEXT;
      this.text.setText(value);
    } else if (typeof value === 'number') {
      this.kind = NUMBER;
      this.text.setText(String(value));
    } else {
      this.kind = OTHER;
      this.text.clear();
    }
  }
}
