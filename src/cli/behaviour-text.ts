// Behaviours of clients as CSV or NDJSON: who, when, and the features.
import { encodeCsv } from '../formats/csv.js';

export type BehaviourFormat = 'csv' | 'ndjson';

export interface BehaviourText {
  /** To stand before all behaviours; may be empty. */
  readonly header: string;
  /** Behaviours that were added. */
  readonly behaviours: number;
  /** `row`: [nFeatures], not kept */
  add(client: string, timeMs: number, row: Float64Array): void;
  /** The lines of what was added since. */
  take(): string;
}

/** `names`: of the features */
export function behaviourText(format: BehaviourFormat, names: readonly string[]): BehaviourText {
  const lineOf = format === 'csv' ? csvLine : ndjsonLine(names);
  let text = '';
  let behaviours = 0;
  return {
    header: format === 'csv' ? encodeCsv([['client', 'time', ...names]]) : '',
    get behaviours() {
      return behaviours;
    },
    add(client, timeMs, row) {
      text += lineOf(client, new Date(timeMs).toISOString(), row);
      behaviours++;
    },
    take() {
      const taken = text;
      text = '';
      return taken;
    },
  };
}

/** What spreadsheets would take for a formula; clients choose what they are called. */
const FORMULA = /^[=+\-@\t\r]/;

/** Only the client may need quotes, and few do: the whole line by csv-stringify takes 10 times as long (Node 20). */
function csvLine(client: string, time: string, row: Float64Array): string {
  const text = FORMULA.test(client) ? `'${client}` : client;
  const cell = /[",\r\n]/.test(text) ? encodeCsv([[text]]).trimEnd() : text;
  return `${cell},${time},${row.join(',')}\n`;
}

function ndjsonLine(names: readonly string[]) {
  return (client: string, time: string, row: Float64Array): string => {
    const values = Object.fromEntries(names.map((name, i) => [name, row[i]]));
    return `${JSON.stringify({ client, time, ...values })}\n`;
  };
}
