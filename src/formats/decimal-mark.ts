// Numbers with a decimal comma, as spreadsheets write them where cells are separated by something else.
import { AnomalyPredictorError, showValue } from '../errors.js';

const DECIMAL = /^[+-]?\d*([.,])\d+(?:e[+-]?\d+)?$/i;

/**
 * A function that gives back cells with a decimal point. One file has one mark: 1.234 is a number of thousands
 * beside 0,5 and a small one beside 0.5.
 * @throws AnomalyPredictorError `bad-data-file` where a file has both
 */
export function decimalReader(): (cell: string, line: number) => string {
  let first: { readonly mark: string; readonly cell: string; readonly line: number } | undefined;

  return function withPoint(cell, line) {
    const text = cell.trim();
    const mark = DECIMAL.exec(text)?.[1];
    if (mark === undefined) return text;
    first ??= { mark, cell: text, line };
    if (mark !== first.mark) {
      throw new AnomalyPredictorError(
        'bad-data-file',
        `line ${line}: ${showValue(text)} has another decimal mark than ${showValue(first.cell)} ` +
          `on line ${first.line}; write all numbers with a decimal point`,
        { value: text },
      );
    }
    return mark === ',' ? text.replace(',', '.') : text;
  };
}
