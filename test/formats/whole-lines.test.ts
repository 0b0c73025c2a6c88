import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WholeLinesOptions, wholeLines } from '../../src/formats/whole-lines.js';

async function blocksOf(chunks: readonly string[], options: Partial<WholeLinesOptions> = {}) {
  async function* input() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const blocks: string[] = [];
  for await (const block of wholeLines(input(), { longestLineBytes: 1_000, ...options })) {
    blocks.push(Buffer.from(block).toString());
  }
  return blocks;
}

describe('blocks of whole lines', () => {
  it('passes on what has arrived up to the last line end', async () => {
    expect(await blocksOf(['a\nb', 'c\n', 'd\ne\n', 'f'])).toEqual(['a\n', 'bc\n', 'd\ne\n', 'f']);
  });

  it('gathers lines until a block is large enough', async () => {
    const chunks = ['a\nb', 'c\n', 'd\n', 'e\nf', 'g'];
    expect(await blocksOf(chunks, { leastBlockBytes: 5 })).toEqual(['a\nbc\n', 'd\ne\nfg']);
  });

  it('keeps every byte in order and cuts only where a line ends', async () => {
    const text = fc.stringMatching(/^[ab\n]{0,40}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.nat(60), async (chunks, leastBlockBytes) => {
        const blocks = await blocksOf(chunks, { leastBlockBytes });
        expect(blocks.join('')).toBe(chunks.join(''));
        expect(blocks.slice(0, -1).every((block) => block.endsWith('\n'))).toBe(true);
        expect(blocks).not.toContain('');
      }),
    );
  });

  it('refuses a line without end, however it is cut', async () => {
    const options = { longestLineBytes: 10, leastBlockBytes: 100 };
    expect(await blocksOf(['0123\n01234', '56789\n'], options)).toHaveLength(1);
    await expect(blocksOf(['0123\n01234', '56789', 'x'], options)).rejects.toMatchObject({
      tag: 'body-too-large',
      message: 'a line is longer than 10 bytes',
    });
  });
});
