import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteText } from '../../../src/traffic/logs/byte-text.js';
import { TextCache } from '../../../src/traffic/logs/text-cache.js';

function textOf(text: string): ByteText {
  const bytes = new ByteText();
  bytes.setText(text);
  return bytes;
}

describe('what is remembered of texts', () => {
  it('is that of the text itself, whatever others take its place', () => {
    const texts = fc.array(
      fc.oneof(fc.constantFrom('', 'a', 'b', 'é'), fc.string({ maxLength: 12 })),
    );
    fc.assert(
      fc.property(texts, (all) => {
        const cache = new TextCache(2, 8, (text) => `of ${text}`);
        for (const text of all) expect(cache.of(textOf(text))).toBe(`of ${text}`);
      }),
    );
  });

  it('is made once of a text that comes again, and each time of one that is too long', () => {
    let nMade = 0;
    const cache = new TextCache(16, 8, (text) => {
      nMade++;
      return text;
    });
    for (let i = 0; i < 3; i++) cache.of(textOf('seven b'));
    expect(nMade).toBe(1);
    for (let i = 0; i < 3; i++) cache.of(textOf('eight by'));
    expect(nMade).toBe(4);
  });
});
