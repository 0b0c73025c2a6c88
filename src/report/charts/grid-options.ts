// Cells in rows and columns, for ECharts.
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import type { GridChart } from './chart.js';
import { CHART_WIDTH, categoryAxis, colourOf, FONT_SIZE, TEXT, widthOf } from './chart-style.js';

const CELL_HEIGHT = 40;
/** From so many columns on, their names stand on end. */
const MOST_LEVEL_NAMES = 3;
const NARROWEST_CELL = 44;
const RIGHT = 8;
/** Lets text stand out from the fullest colour, in the light and in the dark. */
const LARGEST_OPACITY = 0.45;

export function gridOptions({ columns, rows, cells }: GridChart) {
  const onEnd = columns.length > MOST_LEVEL_NAMES;
  const left = widthOf(rows) + 16;
  const top = onEnd ? widthOf(columns) + 16 : 32;
  const width = Math.max(CHART_WIDTH, left + RIGHT + columns.length * NARROWEST_CELL);
  const cellWidth = (width - left - RIGHT) / columns.length;
  const texts = cells.flat();
  const columnAxis = categoryAxis(columns);
  const option = {
    grid: { left, right: RIGHT, top, bottom: 8 },
    xAxis: {
      ...columnAxis,
      position: 'top' as const,
      axisLabel: { ...columnAxis.axisLabel, rotate: onEnd ? -90 : 0 },
    },
    yAxis: categoryAxis(rows, true),
    series: [
      {
        type: 'custom' as const,
        silent: true,
        data: cells.flatMap((row, y) => row.map((_, x) => [x, y])),
        renderItem: ({ dataIndex }: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) =>
          cellOf(texts[dataIndex], cellWidth, api),
      },
    ],
  };
  return { option, width, height: top + 8 + rows.length * CELL_HEIGHT };
}

function cellOf(
  { weight, text }: GridChart['cells'][number][number],
  cellWidth: number,
  api: CustomSeriesRenderItemAPI,
) {
  const [x, y] = api.coord([api.value(0), api.value(1)]);
  return {
    type: 'group' as const,
    children: [
      {
        type: 'rect' as const,
        shape: {
          x: x - cellWidth / 2 + 1,
          y: y - CELL_HEIGHT / 2 + 1,
          width: cellWidth - 2,
          height: CELL_HEIGHT - 2,
        },
        style: {
          fill: colourOf(weight < 0 ? 'anomaly' : 'accent'),
          opacity: LARGEST_OPACITY * Math.abs(weight),
        },
      },
      {
        type: 'text' as const,
        style: {
          text,
          x,
          y,
          fill: TEXT,
          fontSize: FONT_SIZE,
          fontFamily: 'inherit',
          align: 'center' as const,
          verticalAlign: 'middle' as const,
        },
      },
    ],
  };
}
