import { describe, expect, it } from 'vitest';
import { type ChartBar, renderChart } from '../../../bench/peers/chart.js';

const bar = (label: string, median: number): ChartBar => ({
  label,
  ratio: { median, min: median / 2, max: median * 2 },
  isOurs: label === 'ours',
});

function draw(bars: readonly ChartBar[]) {
  const groups = [{ title: 'SVM & <forest>', bars }];
  const svg = renderChart({ title: 'Speed', subtitle: 'here', baseline: 'them', groups });
  const [one] = [...svg.matchAll(/<line x1="([\d.]+)"[^>]*class="one"/g)].map(([, x]) => Number(x));
  const rects = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(
    ([, x, width]) => ({ left: Number(x), right: Number(x) + Number(width) }),
  );
  return { svg, one, rects };
}

describe('the chart of ratios', () => {
  it('draws what is faster to the right of 1, and what is slower to the left', () => {
    const { one, rects } = draw([bar('ours', 4), bar('slow', 0.25)]);
    expect(rects[0].left).toBeCloseTo(one, 0);
    expect(rects[0].right).toBeGreaterThan(one);
    expect(rects[1].right).toBeCloseTo(one, 0);
    expect(rects[1].left).toBeLessThan(one);
  });

  it('gives ten times and a tenth the same length', () => {
    const { rects } = draw([bar('ours', 10), bar('slow', 0.1)]);
    const [faster, slower] = rects.map(({ left, right }) => right - left);
    expect(faster).toBeGreaterThan(100);
    expect(faster).toBeCloseTo(slower, 0);
  });

  it('writes the ratio beside each bar', () => {
    const { svg } = draw([bar('ours', 12.34), bar('slow', 0.0567)]);
    expect(svg).toContain('>12×</text>');
    expect(svg).toContain('>0.057×</text>');
  });

  it('has colours for light and for dark pages', () => {
    expect(draw([bar('ours', 2)]).svg).toContain('@media (prefers-color-scheme: dark)');
  });

  it('keeps characters that SVG reserves readable', () => {
    expect(draw([bar('ours', 2)]).svg).toContain('SVM &amp; &lt;forest>');
  });
});
