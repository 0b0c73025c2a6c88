// What all charts look like: colours of the stylesheet, sizes, axes and legend, as ECharts wants to be told.
import type { Axis, Tone } from './chart.js';

export const CHART_WIDTH = 480;
export const FONT_SIZE = 12;
export const TEXT = 'var(--text)';

const MUTED = 'var(--muted)';
const LINE = { lineStyle: { color: 'var(--line)' } };

export function colourOf(tone: Tone): string {
  return `var(--${tone})`;
}

export function valueAxis(axis: Axis, orientation: 'x' | 'y') {
  return {
    type: axis.isLogarithmic ? ('log' as const) : ('value' as const),
    min: axis.min ?? (orientation === 'x' ? ('dataMin' as const) : undefined),
    max: axis.max ?? (orientation === 'x' ? ('dataMax' as const) : undefined),
    axisLine: { show: true, onZero: false, lineStyle: { color: MUTED } },
    axisTick: { lineStyle: { color: MUTED } },
    axisLabel: {
      color: MUTED,
      fontSize: FONT_SIZE,
      formatter: axisNumber,
      hideOverlap: true,
      // Those of the ends are seldom round.
      showMinLabel: axis.min !== undefined || orientation === 'y',
      showMaxLabel: axis.max !== undefined || orientation === 'y',
    },
    splitLine: LINE,
    ...nameOf(axis.name, orientation),
  };
}

export function categoryAxis(categories: readonly string[], isReversed = false) {
  return {
    type: 'category' as const,
    data: [...categories],
    inverse: isReversed,
    axisLine: { lineStyle: { color: MUTED } },
    axisTick: { show: false },
    axisLabel: { color: TEXT, fontSize: FONT_SIZE, interval: 0 },
  };
}

export function legend() {
  return {
    bottom: 0,
    itemGap: 24,
    itemWidth: 28,
    itemHeight: 12,
    selectedMode: false,
    textStyle: { color: TEXT, fontSize: FONT_SIZE },
  };
}

/** About as wide as the text will be, in pixels. */
export function widthOf(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map(({ length }) => length)) * FONT_SIZE * 0.56);
}

function nameOf(name: string, orientation: 'x' | 'y') {
  return {
    name,
    nameLocation: 'middle' as const,
    nameGap: orientation === 'x' ? 28 : 44,
    nameTextStyle: { color: TEXT, fontSize: FONT_SIZE },
  };
}

/** '0.25', '1,200', '3e-5', '2M' */
function axisNumber(value: number): string {
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(6));
  if (size !== 0 && size < 1e-3) return rounded.toExponential().replace('e-', 'e−');
  return rounded.toLocaleString('en', { notation: size >= 1e5 ? 'compact' : 'standard' });
}
