// Bars, for ECharts.
import type { BarChart, BarSeries } from './chart.js';
import {
  CHART_WIDTH,
  categoryAxis,
  colourOf,
  FONT_SIZE,
  legend,
  TEXT,
  valueAxis,
  widthOf,
} from './chart-style.js';

const BAR_PITCH = 26;
const UPRIGHT_HEIGHT = 320;

export function barOptions({ direction, valueName, categories, series }: BarChart) {
  const isUp = direction === 'up';
  const hasLegend = series.length > 1;
  const bottom = (hasLegend ? 28 : 0) + (isUp ? 30 : 48);
  const value = {
    ...valueAxis({ name: valueName }, isUp ? 'y' : 'x'),
    min: undefined,
    max: undefined,
  };
  const category = categoryAxis(categories, !isUp);
  const labels = series.flatMap((one) => one.labels ?? []);
  const option = {
    grid: {
      left: isUp ? 64 : widthOf(categories) + 16,
      right: isUp ? 20 : widthOf(labels) + 24,
      top: 20,
      bottom,
    },
    xAxis: isUp ? category : value,
    yAxis: isUp ? value : category,
    ...(hasLegend && { legend: legend() }),
    series: series.map((one) => seriesOf(one, isUp)),
  };
  const height = isUp ? UPRIGHT_HEIGHT : bottom + 20 + categories.length * BAR_PITCH;
  return { option, width: CHART_WIDTH, height };
}

function seriesOf({ name, tone, isOutlined, values, labels }: BarSeries, isUp: boolean) {
  const color = colourOf(tone);
  return {
    type: 'bar' as const,
    name,
    data: [...values],
    silent: true,
    barMaxWidth: 40,
    itemStyle: {
      color: isOutlined ? 'transparent' : color,
      borderColor: color,
      borderWidth: 2,
    },
    label: {
      show: labels !== undefined,
      position: isUp ? ('top' as const) : ('right' as const),
      color: TEXT,
      fontSize: FONT_SIZE,
      formatter: ({ dataIndex }: { dataIndex: number }) => labels?.[dataIndex] ?? '',
    },
  };
}
