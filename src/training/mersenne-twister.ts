// MT19937 (Matsumoto and Nishimura, 1998) with the seeding and the bounded integers of NumPy's
// legacy RandomState, so that seeds mean here what they mean in scikit-learn.

const STATE_LENGTH = 624;
const SHIFT_LENGTH = 397;
const UPPER_BIT = 0x80000000;
const LOWER_BITS = 0x7fffffff;
const TWIST = 0x9908b0df;

export class MersenneTwister {
  readonly #state = new Uint32Array(STATE_LENGTH);
  #next = STATE_LENGTH;

  /** @param seed whole number from 0 to 2³² − 1, as for RandomState(seed) */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < STATE_LENGTH; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** Uniform whole number from 0 to 2³² − 1. */
  nextUint32(): number {
    if (this.#next === STATE_LENGTH) this.#twist();
    let y = this.#state[this.#next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /**
   * Uniform whole number from 0 to `limit` − 1, as RandomState.randint(limit): draws are cut to the
   * bits of the largest result and rejected above it. `limit` is a whole number from 1 to 2³².
   */
  nextBelow(limit: number): number {
    const largest = limit - 1;
    if (largest === 0) return 0; // NumPy draws nothing here
    const mask = 0xffffffff >>> Math.clz32(largest);
    let value = (this.nextUint32() & mask) >>> 0;
    while (value > largest) value = (this.nextUint32() & mask) >>> 0;
    return value;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < STATE_LENGTH; i++) {
      const y = (state[i] & UPPER_BIT) | (state[(i + 1) % STATE_LENGTH] & LOWER_BITS);
      state[i] = state[(i + SHIFT_LENGTH) % STATE_LENGTH] ^ (y >>> 1) ^ (y & 1 ? TWIST : 0);
    }
    this.#next = 0;
  }
}
