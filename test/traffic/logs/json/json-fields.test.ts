import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFields } from '../../../../src/traffic/logs/json/json-fields.js';
import { NOTHING, NUMBER, OTHER, TEXT } from '../../../../src/traffic/logs/json/json-value.js';

const PATHS = ['a', 'b', 'a.b', 'b.a', 'a.0', 'c.a.b', 'c'];
const FIELDS = [PATHS, [...PATHS].reverse(), ['a.b'], ['c.0.a'], ['none', 'b']];

/** By JSON.parse alone: kind, value, and the index of the path. */
function expectedOf(document: unknown, paths: readonly string[]) {
  for (const [path, dotted] of paths.entries()) {
    const names = dotted.split('.');
    for (const way of names.length === 1 ? [names] : [[dotted], names]) {
      let value = document;
      for (const name of way) {
        const isParent = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
        value = isParent ? (value as Record<string, unknown>)[name] : undefined;
      }
      if (value === undefined || value === null) continue;
      // Halves of surrogate pairs have no bytes.
      if (typeof value === 'string') return { kind: TEXT, value: `${Buffer.from(value)}`, path };
      if (typeof value === 'number') return { kind: NUMBER, value, path };
      return { kind: OTHER, value: undefined, path };
    }
  }
  return { kind: NOTHING, value: undefined };
}

function foundIn(fields: JsonFields) {
  return fields.values.map(({ kind, text, path }) => {
    if (kind === NOTHING) return { kind, value: undefined };
    if (kind === OTHER) return { kind, value: undefined, path };
    return { kind, value: kind === TEXT ? text.toString() : Number(text.toString()), path };
  });
}

function expectAsParsed(fields: JsonFields, line: string): void {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(line).toString());
  } catch {
    document = undefined;
  }
  const expected = document && FIELDS.map((paths) => expectedOf(document, paths));
  // What lies around is not to be read, and there may be nothing.
  for (const [before, after] of [
    ['{"a":1}', '"}\n{"a":1}'],
    ['', ''],
  ]) {
    const bytes = Buffer.from(before + line + after);
    const end = before.length + Buffer.byteLength(line);
    expect(fields.read(bytes, before.length, end)).toBe(document !== undefined);
    if (document !== undefined) expect(foundIn(fields)).toEqual(expected);
  }
}

const scalars = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('-', '', 'é', '"', '\\', '\u0000', '\ud800', '{"a":1}'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(null, true, false, 0, 1e21, 1e-7),
);
const names = fc.constantFrom('a', 'b', 'c', '0', 'a.b', 'none', '', '__proto__', 'é"');
/** Objects of few shapes, so that lines are alike in some and not in others. */
const { objects } = fc.letrec<{ values: unknown; objects: Record<string, unknown> }>((tie) => ({
  values: fc.oneof(
    { weight: 6, arbitrary: scalars },
    { weight: 1, arbitrary: tie('objects') },
    { weight: 1, arbitrary: fc.array(tie('values'), { maxLength: 2 }) },
  ),
  objects: fc.dictionary(names, tie('values'), { maxKeys: 3 }),
}));

/** Another document of the same form. */
function withScalars(value: unknown, next: () => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withScalars(one, next));
  if (typeof value !== 'object' || value === null) return next();
  const entries = Object.entries(value).map(([name, one]) => [name, withScalars(one, next)]);
  return Object.fromEntries(entries);
}

const logs = fc
  .record({
    documents: fc.array(objects, { minLength: 1, maxLength: 3 }),
    others: fc.array(scalars, { minLength: 1, maxLength: 30 }),
    spaces: fc.constantFrom(undefined, ' ', '\t'),
    picks: fc.array(fc.nat(2), { minLength: 4, maxLength: 20 }),
  })
  .map(({ documents, others, spaces, picks }) => {
    let at = 0;
    return picks.map((pick) => {
      const document = documents[pick % documents.length];
      const text = JSON.stringify(withScalars(document, () => others[at++ % others.length]));
      return spaces === undefined ? text : text.replaceAll(':', `:${spaces}`).replaceAll(',', ` ,`);
    });
  });

describe('fields of JSON lines', () => {
  it('are what JSON.parse finds there, whatever lines came before', () => {
    fc.assert(
      fc.property(logs, (lines) => {
        const fields = new JsonFields(FIELDS);
        for (const line of lines) expectAsParsed(fields, line);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are none of damaged lines among others that are alike', () => {
    const damages = fc.array(fc.record({ at: fc.nat(80), put: fc.string({ maxLength: 2 }) }));
    fc.assert(
      fc.property(damages, (all) => {
        const fields = new JsonFields(FIELDS);
        const line = String.raw`{"a":"te\"xt","b":-12.5e3,"c":{"a":[true,null],"b":0},"none":"\u00e9\\ \""}`;
        for (const { at, put } of all) {
          expectAsParsed(fields, line);
          expectAsParsed(fields, line.slice(0, at) + put + line.slice(at + 1));
          expectAsParsed(fields, line.slice(0, at));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are none of lines that break off, wherever that is', () => {
    const fields = new JsonFields(FIELDS);
    const line = String.raw`{"a":"t\"x","none":"\u00e9\\","b":[{"none":"\n"},1.5e3]}`;
    for (let length = 1; length <= line.length; length++) {
      expectAsParsed(fields, line);
      expectAsParsed(fields, line.slice(0, length));
    }
  });

  it('are those written last where an object has a name twice', () => {
    const fields = new JsonFields(FIELDS);
    for (const value of [1, 2, 3]) expectAsParsed(fields, `{"a":${value},"b":0,"a":${-value}}`);
  });

  it.each([
    ['a number with a zero before it', '{"a":01}'],
    ['a number without digits', '{"a":-}'],
    ['a point without digits', '{"a":1.}'],
    ['an exponent without digits', '{"a":1e+}'],
    ['a word that is none', '{"a":nul}'],
    ['a tab in a text', '{"a":"\t"}'],
    ['a text without an end', '{"a":"x}'],
    ['something behind it', '{"a":1}1'],
    ['nothing behind it', '{"a":1'],
  ])('are none of %s', (_what, line) => {
    const fields = new JsonFields(FIELDS);
    for (const known of ['{"a":1}', '{"a":"x"}', '{"a":null}']) expectAsParsed(fields, known);
    expectAsParsed(fields, line);
  });
});
