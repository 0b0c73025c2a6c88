// Lines with bands and marks, for ECharts.
import type { CustomSeriesRenderItemAPI } from 'echarts';
import type { Line, LineChart } from './chart.js';
import { CHART_WIDTH, colourOf, FONT_SIZE, legend, TEXT, valueAxis } from './chart-style.js';

const HEIGHT = 320;

export function lineOptions({ x, y, lines, marks = [] }: LineChart) {
  const hasLegend = lines.length > 1;
  const option = {
    grid: { left: 64, right: 20, top: marks.length > 0 ? 28 : 12, bottom: hasLegend ? 72 : 48 },
    xAxis: valueAxis(x, 'x'),
    yAxis: valueAxis(y, 'y'),
    ...(hasLegend && {
      legend: { ...legend(), data: lines.map(({ name }) => name), itemStyle: { opacity: 0 } },
    }),
    series: [
      ...lines.flatMap((line) => (line.band === undefined ? [] : [bandOf(line, line.band)])),
      ...lines.map(seriesOf),
      ...marks.map(({ x, label }) => ({
        type: 'line' as const,
        silent: true,
        markLine: {
          silent: true,
          symbol: 'none',
          data: [{ xAxis: x }],
          lineStyle: { color: TEXT, type: 'dotted' as const, width: 2 },
          label: { formatter: label, color: TEXT, fontSize: FONT_SIZE },
        },
      })),
    ],
  };
  return { option, width: CHART_WIDTH, height: HEIGHT };
}

function seriesOf({ name, tone, points, isDashed, isFilled, steps, hasDots }: Line) {
  const color = colourOf(tone);
  return {
    type: 'line' as const,
    name,
    data: points.map((point) => point.map(rounded)),
    color,
    silent: true,
    showSymbol: hasDots === true,
    symbol: hasDots ? 'circle' : 'none',
    symbolSize: 7,
    lineStyle: { color, width: 2, type: isDashed ? ('dashed' as const) : ('solid' as const) },
    ...(steps && { step: steps === 'after' ? ('end' as const) : ('start' as const) }),
    ...(isFilled && { areaStyle: { color, opacity: 0.2, origin: 'start' as const } }),
  };
}

/** Where an axis ends at a value that rounding has moved past a tick by a bit, ECharts does not draw it. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** A polygon, once along the upper edge and back along the lower one. */
function bandOf({ tone }: Line, band: NonNullable<Line['band']>) {
  return {
    type: 'custom' as const,
    silent: true,
    data: [0],
    renderItem: (_: unknown, api: CustomSeriesRenderItemAPI) => ({
      type: 'polygon' as const,
      shape: {
        points: [
          ...band.map(([x, , high]) => api.coord([x, high])),
          ...band.toReversed().map(([x, low]) => api.coord([x, low])),
        ],
      },
      style: { fill: colourOf(tone), opacity: 0.2 },
    }),
  };
}
