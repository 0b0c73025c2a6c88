// Draws a chart as SVG to stand inside an HTML page, with ECharts, which needs no browser for it.
import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { barOptions } from './bar-options.js';
import type { Chart } from './chart.js';
import { gridOptions } from './grid-options.js';
import { lineOptions } from './line-options.js';

use([
  BarChart,
  CustomChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  SVGRenderer,
]);

export interface ChartText {
  /** Of the SVG; unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly alternative: string;
}

/** The same chart and text give the same SVG. */
export function drawChart(chart: Chart, { id, title, alternative }: ChartText): string {
  const { option, width, height } = layOut(chart);
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    canvas.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option });
    const svg = canvas.renderToSVGString({ useViewBox: true });
    const body = svg.slice(svg.indexOf('>') + 1);
    return (
      `<svg width="${width}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">` +
      `<title id="${id}-title">${escaped(title)}</title>` +
      `<desc id="${id}-text">${escaped(alternative)}</desc>` +
      forPage(body, id)
    );
  } finally {
    canvas.dispose();
  }
}

function layOut(chart: Chart) {
  switch (chart.kind) {
    case 'lines':
      return lineOptions(chart);
    case 'bars':
      return barOptions(chart);
    case 'grid':
      return gridOptions(chart);
  }
}

/** Leaves out what serves the mouse alone, and numbers what ECharts numbers over the whole life of the process. */
function forPage(svg: string, id: string): string {
  return svg
    .replace(/<style >.*?<\/style>/s, '')
    .replaceAll(/ (?:ecmeta_\w+|class|pointer-events|xml:space)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`)
    .replaceAll('\n', '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
