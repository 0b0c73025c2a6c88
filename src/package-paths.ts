// Files that ship with the package, found from the compiled code, and the package's version.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of `relative` to the package's root; this file runs as dist/src/package-paths.js. */
function packagePath(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}

export const SHIPPED_MODELS_FOLDER = packagePath('models');
export const VIEWS_FOLDER = packagePath('views');
export const PACKAGE_VERSION: string = JSON.parse(
  readFileSync(packagePath('package.json'), 'utf8'),
).version;
