// The reference data beside the package: the labelled dataset and scikit-learn's results on it.
// They are no part of the package: tests that need them are skipped where they are missing, except
// on the build server, where they run and fail.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Tests run from dist/test/support.
const SHARED_FOLDER = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** For `describe.skipIf(!hasSharedData)`. */
export const hasSharedData = existsSync(SHARED_FOLDER) || process.env.CI === 'true';

/** Path of a reference file: sharedPath('golden/notebook.json'). */
export function sharedPath(name: string): string {
  return SHARED_FOLDER + name;
}
