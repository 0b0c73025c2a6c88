import { describe, expect, it } from 'vitest';
import { hashedKey, LONGEST_KEY, shortKey } from '../../../src/traffic/identity/short-key.js';

describe('a key of what a client sends', () => {
  it('is the text itself where that is short', () => {
    expect(shortKey('alice@example.org')).toBe('alice@example.org');
    expect(shortKey('x'.repeat(LONGEST_KEY))).toBe('x'.repeat(LONGEST_KEY));
  });

  it('has bounded length, and tells long texts apart', () => {
    const [one, other] = [shortKey(`${'x'.repeat(100_000)}1`), shortKey(`${'x'.repeat(100_000)}2`)];
    expect(one.length).toBeLessThan(LONGEST_KEY);
    expect(one).not.toBe(other);
  });

  it('cannot be made to be the key of another', () => {
    const long = 'x'.repeat(65);
    expect(shortKey(shortKey(long))).not.toBe(shortKey(long));
  });

  it('does not show a secret', () => {
    expect(hashedKey('s3cr3t')).toMatch(/^sha256:[\w-]{22}$/);
  });
});
