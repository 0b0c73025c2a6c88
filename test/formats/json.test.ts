import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson, encodeJson } from '../../src/formats/json.js';
import { thrownBy } from '../support/thrown-by.js';

function refusal(content: string | Uint8Array): string {
  const { tag, message } = thrownBy(() => decodeJson(Buffer.from(content)));
  expect(tag).toBe('malformed-body');
  return message;
}

describe('JSON', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        const text = JSON.stringify(document);
        expect(decodeJson(encodeJson(document))).toEqual(JSON.parse(text));
        expect(decodeJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is read from any part of any memory', () => {
    const text = '{"name":"数 naïve 🙂"}';
    const length = Buffer.byteLength(text);
    for (const memory of [new ArrayBuffer(length + 9), new SharedArrayBuffer(length + 9)]) {
      const bytes = new Uint8Array(memory, 3, length);
      bytes.set(Buffer.from(text));
      expect(decodeJson(bytes)).toEqual({ name: '数 naïve 🙂' });
    }
  });

  it.each([
    ['a continuation without a start', [0x22, 0x80, 0x22]],
    ['a start without a continuation', [0x22, 0xc3, 0x22]],
    ['a character cut off', [0x22, 0xe6, 0x95]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['half of a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('that is not UTF-8 is refused rather than repaired: %s', (_, bytes) => {
    expect(refusal(Uint8Array.from(bytes))).toBe('not valid JSON: the bytes are not UTF-8');
  });

  it.each(['', ' ', '{"rows":[', '[1,]', '{a:1}', "{'a':1}", '[NaN]', '[Infinity]', '[01]', '1 2'])(
    'that is broken is refused: %j',
    (text) => {
      expect(refusal(text)).toMatch(/^not valid JSON: \S/);
    },
  );

  it('with a byte order mark is refused', () => {
    expect(refusal('\uFEFF{}')).toMatch(/^not valid JSON: /);
  });

  it('says where it breaks, without repeating a long document', () => {
    const text = `{"rows":[[1,2],[3,"${'x'.repeat(1_000)}" 4]]}`;
    expect(refusal(text)).toContain('position 1021');
    expect(refusal(text).length).toBeLessThan(200);
  });

  it('nested a million deep is read or refused, and nothing breaks', () => {
    const open = '['.repeat(1_000_000);
    expect(refusal(open)).toContain('not valid JSON');
    expect(Array.isArray(decodeJson(Buffer.from(open + ']'.repeat(1_000_000))))).toBe(true);
  });

  it('keeps "__proto__" as data', () => {
    const document = decodeJson(Buffer.from('{"__proto__":{"a":1}}')) as object;
    expect(Object.keys(document)).toEqual(['__proto__']);
    expect('a' in document).toBe(false);
  });
});
