// The Python that peers run in: Debian's own, with the packages of its python3-* packages.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PYTHON = '/usr/bin/python3';
/** Where the bench's programs in Python are. */
export const PYTHON_FOLDER = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
/** numpy must not use more threads than the others. */
export const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };

const PRINT_VERSIONS = `
import sys
from importlib.metadata import version
for name in sys.argv[1:]:
    print(version(name))
`;

/** Versions by package; undefined unless all of them are installed. */
export function pythonPackages(
  ...names: readonly string[]
): Readonly<Record<string, string>> | undefined {
  const { status, stdout } = spawnSync(PYTHON, ['-c', PRINT_VERSIONS, ...names], {
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const versions = stdout.split('\n');
  return Object.fromEntries(names.map((name, i) => [name, versions[i]]));
}
