// Which values an option takes, and how they are written.
import type { Setting } from '../settings.js';

export interface Domain {
  /** 'a number above 0' */
  readonly expected: string;
  /** Undefined for what it is not. */
  parse(text: string): Setting | undefined;
}

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export function whole(smallest: number, largest = Number.MAX_SAFE_INTEGER): Domain {
  const upTo = largest === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${largest}`;
  return numeric(
    `a whole number, ${smallest}${upTo}`,
    (value) => Number.isSafeInteger(value) && value >= smallest && value <= largest,
  );
}

export function aboveZero(largest = Number.POSITIVE_INFINITY): Domain {
  const atMost = largest === Number.POSITIVE_INFINITY ? '' : `, at most ${largest}`;
  return numeric(`a number above 0${atMost}`, (value) => value > 0 && value <= largest);
}

export const anyNumber: Domain = numeric('a number', () => true);

export function words(...allowed: readonly string[]): Domain {
  return {
    expected: allowed.join(', '),
    parse: (text) => (allowed.includes(text) ? text : undefined),
  };
}

export const yesOrNo: Domain = {
  expected: 'true, false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

export function either(first: Domain, second: Domain): Domain {
  return {
    expected: `${first.expected} or ${second.expected}`,
    parse: (text) => first.parse(text) ?? second.parse(text),
  };
}

function numeric(expected: string, isGood: (value: number) => boolean): Domain {
  return {
    expected,
    parse: (text) => {
      const value = Number(text);
      return NUMBER.test(text) && Number.isFinite(value) && isGood(value) ? value : undefined;
    },
  };
}
