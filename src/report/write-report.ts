// Writes a report into a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AnomalyPredictorError } from '../errors.js';
import { renderReport } from './render-report.js';
import type { Report } from './report.js';

/** The path of the file. @throws AnomalyPredictorError 'bad-option' */
export function writeReport(report: Report, folder: string, name: string): string {
  return writePage(renderReport(report), folder, name);
}

/** The same of a page that is HTML already. */
export function writePage(html: string, folder: string, name: string): string {
  const file = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, html);
  } catch (cause) {
    const message = `cannot write the report: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-option', message, { file }, { cause });
  }
  return file;
}
