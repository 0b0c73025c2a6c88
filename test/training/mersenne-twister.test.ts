import { describe, expect, it } from 'vitest';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { readFixture } from '../support/fixture.js';

interface Fixture {
  readonly nWords: number;
  readonly limits: readonly number[];
  readonly draws: readonly {
    readonly seed: number;
    readonly firstWords: readonly number[];
    readonly lastWords: readonly number[];
    readonly below: readonly number[];
  }[];
}

describe('the random numbers of NumPy', () => {
  const { nWords, limits, draws } = readFixture<Fixture>('mersenne-twister.json');

  it.each(draws)('draws the words of RandomState($seed)', ({ seed, firstWords, lastWords }) => {
    const random = new MersenneTwister(seed);
    const words = Array.from({ length: nWords }, () => random.nextUint32());
    expect(words.slice(0, firstWords.length)).toEqual(firstWords);
    expect(words.slice(-lastWords.length)).toEqual(lastWords);
  });

  it.each(draws)('draws whole numbers below a limit as RandomState($seed)', ({ seed, below }) => {
    const random = new MersenneTwister(seed);
    expect(limits.map((limit) => random.nextBelow(limit))).toEqual(below);
  });
});
