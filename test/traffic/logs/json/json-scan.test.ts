import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueEnd } from '../../../../src/traffic/logs/json/json-scan.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value fills the text, which nothing follows. */
function isValue(text: string): boolean {
  const bytes = Buffer.from(text);
  return valueEnd(bytes, 0, bytes.length) === bytes.length;
}

describe('where values of JSON end', () => {
  it('is at the end of what JSON.parse takes, and nowhere of what it refuses', () => {
    const signs = fc.constantFrom(
      ...'{}[]":,\\ntrue0.-+eE1u"\t\n',
      'null',
      'false',
      '\\u00e9',
      '{"a":',
    );
    const texts = fc.oneof(
      fc.json(),
      fc.array(signs, { maxLength: 8 }).map((all) => all.join('')),
      fc
        .tuple(fc.json(), fc.nat(40), signs)
        .map(([text, at, sign]) => text.slice(0, at) + sign + text.slice(at + 1)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.trim() === text);
        expect(isValue(text)).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is not sought deeper than anyone writes logs', () => {
    expect(isValue('['.repeat(30) + ']'.repeat(30))).toBe(true);
    expect(isValue('['.repeat(60_000))).toBe(false);
    expect(isValue('['.repeat(60_000) + ']'.repeat(60_000))).toBe(false);
  });
});
