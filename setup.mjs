// Makes a fresh clone ready to run: installs what the lock file names and compiles what changed.
// Runs before `npm start` and `npm test`; takes milliseconds when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

const SOURCE_FOLDERS = ['src', 'demo', 'native-free-kernels', 'bench', 'test'];
const BUILD_STAMP = 'dist/.built';
/** Each names the sources of a WebAssembly module and where it goes. */
const ASSEMBLIES = [
  'native-free-kernels/assembly',
  'src/formats/assembly',
  'src/training/assembly',
];

if (modifiedMs('node_modules/.package-lock.json') < modifiedMs('package-lock.json')) {
  // Not `npm ci`: that fails where the lock file lacks another platform's optional packages.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}

const newestSourceMs = Math.max(...['tsconfig.json', ...SOURCE_FOLDERS].map(newestMs));
if (process.argv.includes('--build') || modifiedMs(BUILD_STAMP) < newestSourceMs) {
  rmSync('dist', { recursive: true, force: true });
  run('npm', ['exec', '--no', '--', 'tsc']);
  for (const folder of ASSEMBLIES) {
    run('npm', ['exec', '--no', '--', 'asc', '--config', `${folder}/asconfig.json`]);
  }
  linkProgram();
  writeFileSync(BUILD_STAMP, '');
}

/** `npx anomaly-predictor` works in the clone as it does where the package is installed. */
function linkProgram() {
  if (process.platform === 'win32') return;
  chmodSync('dist/src/cli/main.js', 0o755);
  rmSync('node_modules/.bin/anomaly-predictor', { force: true });
  symlinkSync('../../dist/src/cli/main.js', 'node_modules/.bin/anomaly-predictor');
}

/** Time of the newest change below `path`; folders count, so that a removed file does too. */
function newestMs(path) {
  if (!path.includes('.')) {
    const below = readdirSync(path, { recursive: true, withFileTypes: true });
    return Math.max(
      modifiedMs(path),
      ...below.map((entry) => modifiedMs(`${entry.parentPath ?? entry.path}/${entry.name}`)),
    );
  }
  return modifiedMs(path);
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
}
