// Charts as plain data, in the few forms that reports need. Colours are names from the stylesheet, so that a chart
// follows the page into the dark and onto paper; what a colour tells, a line or a filling tells as well.
export type Chart = LineChart | BarChart | GridChart;

export const TONES = ['accent', 'normal', 'anomaly', 'muted'] as const;
export type Tone = (typeof TONES)[number];

export type Point = readonly [x: number, y: number];

export interface Axis {
  readonly name: string;
  /** @default the values' */
  readonly min?: number;
  readonly max?: number;
  /** Values are above 0. */
  readonly isLogarithmic?: boolean;
}

export interface LineChart {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** Marks at an x. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
}

export interface Line {
  readonly name: string;
  readonly tone: Tone;
  /** x ascending */
  readonly points: readonly Point[];
  readonly isDashed?: boolean;
  /** Down to the x axis. */
  readonly isFilled?: boolean;
  /** Level between points: changes height where the next one is reached (after), or at once. @default straight lines */
  readonly steps?: 'before' | 'after';
  readonly hasDots?: boolean;
  /** Around the line: x, low, high. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
}

/** Groups of bars, from left to right or, where names are long, from top to bottom. */
export interface BarChart {
  readonly kind: 'bars';
  readonly direction: 'up' | 'right';
  readonly valueName: string;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
}

export interface BarSeries {
  readonly name: string;
  readonly tone: Tone;
  readonly isOutlined?: boolean;
  /** One per category. */
  readonly values: readonly number[];
  /** At the bars' ends, one per category. */
  readonly labels?: readonly string[];
}

/** Cells in rows and columns, more strongly coloured the larger their weight. */
export interface GridChart {
  readonly kind: 'grid';
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Row by row; a weight from −1 to 1 */
  readonly cells: readonly (readonly { readonly weight: number; readonly text: string }[])[];
}
