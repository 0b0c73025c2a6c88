import { describe, expect, it } from 'vitest';
import { MersenneTwister } from '../../../src/training/mersenne-twister.js';
import { ONNX, onnxFile } from '../../support/onnx-models.js';
import { mutate } from '../pickle/mutated-pickles.js';
import { readDamagedOnnx } from './damaged-onnx.js';

const SMALL = ['one-class-svm-linear.onnx', 'decision-tree.onnx'];
const ROUNDS_PER_FILE = 150;

describe.each(SMALL)('%s', (file) => {
  const bytes = onnxFile(file);

  it('is refused where it is cut off, at every byte', () => {
    const outcomes = Array.from(bytes, (_, length) => readDamagedOnnx(bytes.subarray(0, length)));
    // What remains is whole where the cut is between what is needed and what is not.
    expect(outcomes.filter((outcome) => outcome === 'read').length).toBeLessThan(3);
    expect(outcomes).toHaveLength(bytes.length);
  });

  it('is refused, or scores, with any bit flipped', () => {
    const outcomes = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Uint8Array.from(bytes);
        flipped[at] ^= 1 << bit;
        outcomes.add(readDamagedOnnx(flipped));
      }
    }
    expect([...outcomes].sort()).toEqual(['read', 'refused']);
  });
});

it('refuses, or scores, files with changes at random', () => {
  const random = new MersenneTwister(4);
  const files = ONNX.cases.map(({ file }) => onnxFile(file));
  const counts = { read: 0, refused: 0 };
  for (const bytes of files) {
    for (let round = 0; round < ROUNDS_PER_FILE; round++) {
      const other = files[random.nextBelow(files.length)];
      counts[readDamagedOnnx(mutate(bytes, other, random))]++;
    }
  }
  expect(counts.refused).toBeGreaterThan(counts.read);
  expect(counts.read).toBeGreaterThan(0);
});
