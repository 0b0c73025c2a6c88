// Finds what a line of JSON has on the paths that are looked for. Servers write their lines alike, so that nearly all are read
// by the form of one before: 0.3 µs in place of the 1.3 that JSON.parse and looking the paths up take (Node 20).
import {
  FormValues,
  formOf,
  type Interest,
  isSameForm,
  type JsonForm,
  type Path,
  readValues,
} from './json-form.js';
import { type JsonKind, JsonValue, NOTHING, OTHER } from './json-value.js';

type Document = Readonly<Record<string, unknown>>;

/** Forms that are remembered; they are tried one after the other. */
const MOST_FORMS = 16;
/** Where lines are not alike, a form is made of so many first ones, and then of each of so many. */
const FORMS_TO_TRY = 32;

/** A way to look for a field. */
interface Way {
  readonly names: Path;
  /** Index among the paths of the field. */
  readonly path: number;
}

/** Where that leads in lines of a form. */
interface Place {
  /** Index among the values of the form; PARENT of an object or a list that is around some. */
  readonly value: number;
  readonly path: number;
}

const PARENT = -1;

interface KnownForm {
  readonly form: JsonForm;
  /** By field. */
  readonly places: readonly (readonly Place[])[];
}

export class JsonFields {
  /** By field, of the line that was read last: the first of its paths with a value that is not null. */
  readonly values: readonly JsonValue[];
  /** By field, in the order of preference. */
  readonly #ways: readonly (readonly Way[])[];
  /** By the names on a path, as `keyOf` has them; what is not there is not looked for. */
  readonly #interests: ReadonlyMap<string, Interest>;
  readonly #interestIn = (path: Path) => this.#interests.get(keyOf(path)) ?? NO_INTEREST;
  /** Those that fit often move to the front. */
  readonly #forms: KnownForm[] = [];
  readonly #formValues = new FormValues();
  #nParsed = 0;

  /** @param fields of each, its dotted paths */
  constructor(fields: readonly (readonly string[])[]) {
    this.values = fields.map(() => new JsonValue());
    this.#ways = fields.map((paths) => paths.flatMap(waysOf));
    this.#interests = interestsOf(this.#ways.flat());
  }

  /** Fills `values` with the line from `start`, where its brace is, to `end`; false where that is no JSON. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const forms = this.#forms;
    for (let i = 0; i < forms.length; i++) {
      if (!readValues(forms[i].form, bytes, start, end, this.#formValues)) continue;
      const known = forms[i];
      if (i > 0) [forms[i - 1], forms[i]] = [known, forms[i - 1]];
      this.#take(known, bytes);
      return true;
    }
    return this.#parse(bytes, start, end);
  }

  #take({ places }: KnownForm, bytes: Buffer): void {
    const { kinds, starts, ends, hasEscapes } = this.#formValues;
    for (let field = 0; field < places.length; field++) {
      const into = this.values[field];
      into.setNothing();
      for (const { value, path } of places[field]) {
        const kind = value === PARENT ? OTHER : kinds[value];
        if (kind === NOTHING) continue;
        into.path = path;
        into.kind = kind as JsonKind;
        if (kind === OTHER) break;
        if (hasEscapes[value] === 0) into.text.set(bytes, starts[value], ends[value]);
        else into.text.setText(textAt(bytes, starts[value], ends[value]));
        break;
      }
    }
  }

  #parse(bytes: Buffer, start: number, end: number): boolean {
    let document: Document;
    try {
      document = JSON.parse(bytes.toString('utf8', start, end));
    } catch {
      return false;
    }
    for (let field = 0; field < this.values.length; field++) {
      lookFor(this.#ways[field], document, this.values[field]);
    }
    this.#nParsed++;
    const isToBeKnown = this.#nParsed <= FORMS_TO_TRY || this.#nParsed % FORMS_TO_TRY === 0;
    if (isToBeKnown) this.#remember(formOf(bytes, start, end, this.#interestIn));
    return true;
  }

  #remember(form: JsonForm | undefined): void {
    if (form === undefined || this.#forms.some((known) => isSameForm(known.form, form))) return;
    const places = this.#ways.map((ways) => ways.flatMap((way) => placesOf(way, form)));
    this.#forms.unshift({ form, places });
    this.#forms.length = Math.min(this.#forms.length, MOST_FORMS);
  }
}

const NO_INTEREST: Interest = { isWanted: false, isParent: false };

function interestsOf(ways: readonly Way[]): ReadonlyMap<string, Interest> {
  const interests = new Map<string, Interest>();
  for (const { names } of ways) {
    for (let length = 0; length <= names.length; length++) {
      const key = keyOf(names.slice(0, length));
      const { isWanted, isParent } = interests.get(key) ?? NO_INTEREST;
      interests.set(key, {
        isWanted: isWanted || length === names.length,
        isParent: isParent || length < names.length,
      });
    }
  }
  return interests;
}

/** Told apart also where names have dots. */
function keyOf(path: Path): string {
  return path.join('\0');
}

/** What a text with escapes says, given without its quotes. */
function textAt(bytes: Buffer, start: number, end: number): string {
  return JSON.parse(bytes.toString('utf8', start - 1, end + 1));
}

/** A name that may have dots, then names behind each other. */
function waysOf(dotted: string, path: number): Way[] {
  const names = dotted.split('.');
  return (names.length === 1 ? [names] : [[dotted], names]).map((one) => ({ names: one, path }));
}

function lookFor(ways: readonly Way[], document: Document, into: JsonValue): void {
  into.setNothing();
  for (const { names, path } of ways) {
    const value = valueAt(document, names);
    if (value === undefined || value === null) continue;
    into.set(value, path);
    return;
  }
}

function valueAt(document: Document, names: Path): unknown {
  let value: unknown = document;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    // What a list has beside its elements is no part of the document.
    if (Array.isArray(value) && name === 'length') return undefined;
    value = (value as Document)[name];
  }
  return value;
}

/** One, or none. */
function placesOf({ names, path }: Way, { paths, parents }: JsonForm): Place[] {
  const value = paths.findIndex((one) => isSame(one, names));
  if (value >= 0) return [{ value, path }];
  return parents.some((one) => isSame(one, names)) ? [{ value: PARENT, path }] : [];
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
