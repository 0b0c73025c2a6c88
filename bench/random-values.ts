// Random values for made-up data, the same for the same seed.
import { MersenneTwister } from '../src/training/mersenne-twister.js';

export class RandomValues {
  readonly #generator: MersenneTwister;

  constructor(seed: number) {
    this.#generator = new MersenneTwister(seed);
  }

  /** Above 0, below 1. */
  uniform(): number {
    return (this.#generator.nextUint32() + 0.5) / 2 ** 32;
  }

  oneIn(times: number): boolean {
    return this.#generator.nextBelow(times) === 0;
  }

  /** Mean 0 and variance 1, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** In the form of a UUID. */
  id(): string {
    const digits = Array.from({ length: 4 }, () =>
      this.#generator.nextUint32().toString(16).padStart(8, '0'),
    ).join('');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** Fisher–Yates. */
  shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.#generator.nextBelow(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
    }
    return shuffled;
  }
}
