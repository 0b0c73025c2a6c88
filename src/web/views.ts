// The views: the EJS page, compiled once and escaped throughout, and its stylesheet.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { describePage, type Page } from './page.js';

export interface Views {
  /** The HTML of `page`. */
  readonly render: (page: Page) => string;
  readonly stylesheet: string;
}

/** Loads the views in `folder`; templates that the page includes are compiled when it is first rendered. */
export function loadViews(folder: string): Views {
  const filename = join(folder, 'page.ejs');
  const template = ejs.compile(readFileSync(filename, 'utf8'), {
    filename,
    cache: true,
    // Templates see `view` alone: a misspelt name throws instead of finding a global.
    strict: true,
    localsName: 'view',
    rmWhitespace: true,
  });
  return {
    render: (page) => template(describePage(page)) as string,
    stylesheet: readFileSync(join(folder, 'styles.css'), 'utf8'),
  };
}
