// Random draws for the simulator, the same for the same seed.
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

/** Lowest and highest value. */
export type Range = readonly [number, number];

export class Draw {
  readonly #generator: MersenneTwister;

  constructor(seed: number) {
    this.#generator = new MersenneTwister(seed);
  }

  /** Above 0, below 1. */
  uniform(): number {
    return (this.#generator.nextUint32() + 0.5) / 2 ** 32;
  }

  chance(share: number): boolean {
    return this.uniform() < share;
  }

  between([low, high]: Range): number {
    return low + (high - low) * this.uniform();
  }

  /** Every factor within the range is as likely as any other: for what spans orders of magnitude. */
  scaleBetween([low, high]: Range): number {
    return low * (high / low) ** this.uniform();
  }

  /** Both ends included. */
  whole([low, high]: Range): number {
    return low + this.#generator.nextBelow(high - low + 1);
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.#generator.nextBelow(items.length)];
  }

  /** A key, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[0][0];
  }

  /** Log-normal, as times are that people take: half of them below `median`; `spread` is that of the logarithm. */
  around(median: number, spread: number): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return median * Math.exp(spread * radius * Math.cos(2 * Math.PI * this.uniform()));
  }

  /** A seed for draws of their own. */
  seed(): number {
    return this.#generator.nextUint32();
  }
}
