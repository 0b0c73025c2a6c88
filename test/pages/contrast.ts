// Contrast of text on its background as WCAG 2 defines it, of a page as the browser shows it.
import type { Page } from 'playwright-core';

interface ShownText {
  readonly color: string;
  /** Of the element and its ancestors, nearest first. */
  readonly backgrounds: readonly string[];
}

/** Runs in the browser. */
const SHOWN_TEXTS = `(() => {
  const ancestors = (element) => (element ? [element, ...ancestors(element.parentElement)] : []);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const shown = [];
  while (texts.nextNode()) {
    if (texts.currentNode.data.trim() === '') continue;
    const styles = ancestors(texts.currentNode.parentElement).map((at) => getComputedStyle(at));
    const backgrounds = styles.map(({ backgroundColor }) => backgroundColor);
    shown.push({ color: styles[0].color, backgrounds });
  }
  return shown;
})()`;

/** Lowest contrast ratio of any text on the page, 1 to 21. */
export async function lowestContrast(page: Page): Promise<number> {
  const texts: ShownText[] = await page.evaluate(SHOWN_TEXTS);
  return Math.min(...texts.map(contrast));
}

function contrast({ color, backgrounds }: ShownText): number {
  const background =
    backgrounds.find((candidate) => channels(candidate)[3] !== 0) ?? 'rgb(255, 255, 255)';
  const luminances = [luminance(color), luminance(background)];
  return (Math.max(...luminances) + 0.05) / (Math.min(...luminances) + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue from 0 to 255, then opacity where it is given. */
function channels(color: string): number[] {
  return (color.match(/[\d.]+/g) ?? []).map(Number);
}
