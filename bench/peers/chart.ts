// Draws ratios as horizontal bars from the line at 1, on a logarithmic scale, as SVG that is
// legible on light and on dark pages.

export interface ChartBar {
  readonly label: string;
  /** Above 0; the whisker goes from `min` to `max`. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
  /** Drawn in the accent colour. */
  readonly isOurs: boolean;
}

export interface ChartGroup {
  readonly title: string;
  readonly bars: readonly ChartBar[];
}

export interface Chart {
  readonly title: string;
  /** What was measured where; below the title. */
  readonly subtitle: string;
  /** What 1 stands for. */
  readonly baseline: string;
  readonly groups: readonly ChartGroup[];
}

const WIDTH = 860;
const PLOT_LEFT = 210;
const PLOT_RIGHT = 790;
const HEAD_HEIGHT = 92;
const GROUP_TITLE_HEIGHT = 30;
const BAR_PITCH = 18;
const BAR_HEIGHT = 12;
const FOOT_HEIGHT = 24;
const STEPS_PER_DECADE = [1, 2, 5];

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .group { font-weight: 600; }
  .quiet { fill: #59636e; }
  .grid { stroke: #d1d9e0; }
  .one { stroke: #1f2328; }
  .ours { fill: #0969da; }
  .peer { fill: #8c959f; }
  .whisker { stroke: #1f2328; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .one, .whisker { stroke: #f0f6fc; }
    .ours { fill: #4493f8; }
    .peer { fill: #6e7681; }
  }`;

export function renderChart({ title, subtitle, baseline, groups }: Chart): string {
  const scale = logScale(groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  const nBars = groups.reduce((sum, { bars }) => sum + bars.length, 0);
  const plotEnd = HEAD_HEIGHT + groups.length * GROUP_TITLE_HEIGHT + nBars * BAR_PITCH;
  const parts = [
    text(16, 28, title, 'title'),
    text(16, 48, subtitle, 'quiet'),
    text(scale.x(1), HEAD_HEIGHT - 26, `1 = ${baseline}`, 'quiet', 'middle'),
    ...scale.ticks.flatMap((tick) => [
      line(scale.x(tick), HEAD_HEIGHT - 4, scale.x(tick), plotEnd, tick === 1 ? 'one' : 'grid'),
      text(scale.x(tick), HEAD_HEIGHT - 8, `${tick}×`, 'quiet', 'middle'),
    ]),
  ];
  let y = HEAD_HEIGHT;
  for (const { title: groupTitle, bars } of groups) {
    y += GROUP_TITLE_HEIGHT;
    parts.push(text(16, y - 8, groupTitle, 'group'));
    for (const bar of bars) {
      parts.push(...drawBar(bar, y, scale.x));
      y += BAR_PITCH;
    }
  }
  const height = plotEnd + FOOT_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function drawBar({ label, ratio, isOurs }: ChartBar, y: number, x: (ratio: number) => number) {
  const { median, min, max } = ratio;
  const [from, to] = [x(1), x(median)].sort((a, b) => a - b);
  const middle = y + BAR_HEIGHT / 2;
  const baseline = y + BAR_HEIGHT - 2;
  const shape = `x="${round(from)}" y="${y}" width="${round(to - from)}" height="${BAR_HEIGHT}"`;
  return [
    text(PLOT_LEFT - 12, baseline, label, isOurs ? '' : 'quiet', 'end'),
    `<rect ${shape} class="${isOurs ? 'ours' : 'peer'}"/>`,
    line(x(min), middle, x(max), middle, 'whisker'),
    text(Math.max(x(1), x(max)) + 6, baseline, `${twoDigits(median)}×`, isOurs ? '' : 'quiet'),
  ];
}

/** Covers all values and 1; ticks at 1, 2 and 5 times powers of ten, or at the powers alone. */
function logScale(ratios: readonly { readonly min: number; readonly max: number }[]) {
  const low = Math.log10(Math.min(0.5, ...ratios.map(({ min }) => min)));
  const high = Math.log10(Math.max(2, ...ratios.map(({ max }) => max)));
  const steps = high - low > 2 ? [1] : STEPS_PER_DECADE;
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (Math.log10(tick) >= low && Math.log10(tick) <= high) ticks.push(tick);
    }
  }
  const x = (ratio: number) =>
    PLOT_LEFT + ((PLOT_RIGHT - PLOT_LEFT) * (Math.log10(ratio) - low)) / (high - low);
  return { x, ticks };
}

export function twoDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

function text(x: number, y: number, content: string, className: string, anchor = 'start'): string {
  const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"`;
  return `<text ${place}${className && ` class="${className}"`}>${escaped(content)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, className: string): string {
  const ends = `x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"`;
  return `<line ${ends} class="${className}"/>`;
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
