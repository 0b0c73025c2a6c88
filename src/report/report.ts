// A report as plain data: sections of tables and charts, each with its words. render-report.ts makes HTML of it.
import type { Chart } from './charts/chart.js';

export interface Report {
  readonly title: string;
  readonly summary: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly notes: readonly string[];
  readonly blocks: readonly Block[];
}

/** A chart with the table of its figures behind it, a table alone, or words that say why there is neither. */
export interface Block {
  readonly title: string;
  readonly notes: readonly string[];
  readonly figure?: Figure;
  readonly table?: Table;
}

export interface Figure {
  readonly chart: Chart;
  /** What the chart shows, for who cannot see it. */
  readonly alternative: string;
}

/** The first cell of each row names it. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
