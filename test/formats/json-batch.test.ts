import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson } from '../../src/formats/json.js';
import { decodeJsonBatch } from '../../src/formats/json-batch.js';
import { plainFormOf, readPlainRow } from '../../src/formats/plain-rows.js';
import { readBatch } from '../../src/model/rows.js';
import { API_BEHAVIOUR_SCHEMA, type Schema } from '../../src/model/schema.js';

function schemaOf(...names: string[]): Schema {
  const [feature] = API_BEHAVIOUR_SCHEMA.features;
  return { features: names.map((name) => ({ ...feature, name })) };
}

const MAX_ROWS = 3_000;
const SCHEMA = schemaOf('a', 'long_name', 'ä "quoted"');

/** What `read` returns or throws, so that two readers can be compared. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    const { tag, message, fields } = error as { tag: string; message: string; fields: object };
    return { tag, message, fields };
  }
}

/** By the reader for plain rows where it takes them, and by the general reader alone. */
function bothOutcomes(text: string, schema = SCHEMA): [unknown, unknown] {
  const bytes = new TextEncoder().encode(text);
  return [
    outcome(() => decodeJsonBatch(schema, bytes, MAX_ROWS)),
    outcome(() => readBatch(schema, decodeJson(bytes), MAX_ROWS)),
  ];
}

const row = (...values: unknown[]) =>
  Object.fromEntries(SCHEMA.features.map(({ name }, i) => [name, values[i]]));

function isPlainRow(text: string): boolean {
  const values = new Float64Array(SCHEMA.features.length);
  return readPlainRow(plainFormOf(SCHEMA), Buffer.from(text), values);
}

describe('a batch in JSON', () => {
  it('is read straight from its bytes where its rows are plain', () => {
    expect(isPlainRow(JSON.stringify(row(1, 2, 3)))).toBe(true);
    expect(isPlainRow(JSON.stringify(row(1, 2, 3)).replaceAll(':', ': '))).toBe(true);
    expect(isPlainRow('[1,2,3]')).toBe(false);
    expect(isPlainRow(JSON.stringify({ ...row(1, 2, 3), model_type: 'ocsvm' }))).toBe(false);
  });

  it('has the rows that the general reader finds, whatever its length and layout', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    const rows = fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { minLength: 1 });
    const layout = fc.record({ asObjects: fc.boolean(), indent: fc.constantFrom('', ' ', '\t\t') });
    const property = fc.property(rows, layout, (values, { asObjects, indent }) => {
      const document = { rows: asObjects ? values.map((numbers) => row(...numbers)) : values };
      const text = JSON.stringify(document, null, indent);
      const [plain, general] = bothOutcomes(text);
      expect(plain).toEqual(general);
      expect(plain).toMatchObject({ nRows: values.length });
    });
    fc.assert(property);
  });

  it.each([1_000, MAX_ROWS, MAX_ROWS + 1])('may have many rows, up to the limit: %d', (nRows) => {
    const rows = Array.from({ length: nRows }, (_, i) => row(i, i / 7, -i));
    const [plain, general] = bothOutcomes(JSON.stringify({ rows }));
    expect(plain).toEqual(general);
  });

  it('may be in shared memory', () => {
    const rows = [row(1, 2, Math.PI * 1e-5)];
    const encoded = new TextEncoder().encode(JSON.stringify({ rows }));
    const bytes = new Uint8Array(new SharedArrayBuffer(encoded.length));
    bytes.set(encoded);
    expect(decodeJsonBatch(SCHEMA, bytes, MAX_ROWS)).toEqual({
      nRows: 1,
      values: Float64Array.of(1, 2, Math.PI * 1e-5),
    });
  });

  const PLAIN = JSON.stringify({ rows: [row(1, 2, 3), row(4, 5, 6)] });
  it.each([
    ['cut anywhere', Array.from(PLAIN, (_, end) => PLAIN.slice(0, end))],
    [
      'with a character too many',
      Array.from(PLAIN, (_, at) => `${PLAIN.slice(0, at)}x${PLAIN.slice(at)}`),
    ],
    [
      'with a quote too many',
      Array.from(PLAIN, (_, at) => `${PLAIN.slice(0, at)}"${PLAIN.slice(at)}`),
    ],
    [
      'with a comma too many',
      Array.from(PLAIN, (_, at) => `${PLAIN.slice(0, at)},${PLAIN.slice(at)}`),
    ],
    [
      'with a space anywhere',
      Array.from(PLAIN, (_, at) => `${PLAIN.slice(0, at)} ${PLAIN.slice(at)}`),
    ],
    [
      'with a character replaced',
      Array.from(PLAIN, (_, at) => `${PLAIN.slice(0, at)}0${PLAIN.slice(at + 1)}`),
    ],
  ])('is refused as the general reader refuses it: %s', (_, texts) => {
    for (const text of texts) {
      const [plain, general] = bothOutcomes(text);
      expect(plain, text).toEqual(general);
    }
  });

  it.each([
    { rows: [row(1, 2, 'x')] },
    { rows: [row(1, 2, null)] },
    { rows: [row(1, 2, 3), { ...row(1, 2, 3), b: 4 }] },
    { rows: [row(1, 2, 3), { a: 1 }] },
    { rows: [Object.fromEntries(Object.entries(row(1, 2, 3)).reverse())] },
    {
      rows: [
        [1, 2],
        [1, 2, 3],
      ],
    },
    { rows: [[1, 2, 3, 4]] },
    { rows: [row(1, 2, 3), [4, 5, 6]] },
    { rows: [[[1, 2, 3]]] },
    { rows: [] },
    { rows: {} },
    { rows: [row(1, 2, 3)], columns: {} },
    { columns: { a: [1], long_name: [2], 'ä "quoted"': [3] } },
    [row(1, 2, 3)],
    {},
    null,
  ])('is read or refused as by the general reader: %j', (document) => {
    const [plain, general] = bothOutcomes(JSON.stringify(document));
    expect(plain).toEqual(general);
  });

  it('may repeat a key or escape its letters, as JSON allows', () => {
    for (const text of [
      '{"rows":[{"a":1,"b":2,"a":3}]}',
      '{"rows":[{"\\u0061":1,"b":2}]}',
      '{"rows":[[1,2]],"rows":[[3,4]]}',
      '{"rows":[[1e999,2]]}',
      '\uFEFF{"rows":[[1,2]]}',
    ]) {
      const [plain, general] = bothOutcomes(text, schemaOf('a', 'b'));
      expect(plain, text).toEqual(general);
    }
  });
});
