import { describe, expect, it } from 'vitest';
import { delimiterOf } from '../../src/formats/csv-delimiter.js';

describe('what separates the cells of a CSV file', () => {
  it.each([
    ['commas', 'a,b,c\n1,2,3\n', ','],
    ['semicolons', 'a;b;c\n1;2;3\n', ';'],
    ['tabs', 'a\tb\tc\n1\t2\t3\n', '\t'],
    ['bars', 'a|b|c\r\n1|2|3\r\n', '|'],
    ['semicolons beside decimal commas', 'a;b\n0,5;1,5\n', ';'],
    ['semicolons beside commas in names', 'Time, s;Users, n;Calls, n\n1;2;3\n', ';'],
    ['commas beside quoted semicolons', '"a;b;c;d",e\n1,2\n', ','],
    ['commas beside a line that is too short', 'a,b,c\n1\n', ','],
    ['a header alone', 'a;b', ';'],
    ['one column', 'a\n1\n', ','],
    ['nothing', '', ','],
  ])('%s', (_, head, expected) => {
    expect(delimiterOf(head)).toBe(expected);
  });
});
