// A report as one HTML file that loads nothing: styles and charts stand inside.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { VIEWS_FOLDER } from '../package-paths.js';
import { drawChart } from './charts/draw-chart.js';
import type { Block, Report } from './report.js';

export function renderReport({ title, summary, sections }: Report): string {
  let nFigures = 0;
  const view = {
    title,
    summary,
    stylesheet: ['styles.css', 'report.css'].map(readView).join('\n'),
    sections: sections.map((section, index) => ({
      ...section,
      id: `section-${index + 1}`,
      blocks: wordsLast(section.blocks).map((block) => ({
        ...block,
        isWide: isWide(block),
        svg:
          block.figure &&
          drawChart(block.figure.chart, {
            id: `figure-${++nFigures}`,
            title: block.title,
            alternative: block.figure.alternative,
          }),
      })),
    })),
  };
  return ejs.render(readView('report.ejs'), view, {
    filename: join(VIEWS_FOLDER, 'report.ejs'),
    strict: true,
    localsName: 'view',
    rmWhitespace: true,
  }) as string;
}

/** Cards that are little but words leave gaps between charts. */
function wordsLast(blocks: readonly Block[]): Block[] {
  const isWords = ({ figure, table }: Block) => Number(figure === undefined && table === undefined);
  return blocks.toSorted((a, b) => isWords(a) - isWords(b));
}

const MOST_NARROW_COLUMNS = 5;

/** Needs all of the page's width. */
function isWide({ figure, table }: Block): boolean {
  const nColumns =
    figure?.chart.kind === 'grid' ? figure.chart.columns.length : table?.header.length;
  return (nColumns ?? 0) > MOST_NARROW_COLUMNS + (figure === undefined ? 0 : 1);
}

function readView(name: string): string {
  return readFileSync(join(VIEWS_FOLDER, name), 'utf8');
}
