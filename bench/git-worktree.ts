// A git ref of this repository, checked out into a temporary folder.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOCK_FILE = 'package-lock.json';

export interface Worktree {
  readonly path: string;
  /** The folder is gone afterwards, and git no longer knows of it. */
  remove(): void;
}

/** Full name of the commit that `ref` means in `repository`. Throws where it means none. */
export function resolveCommit(repository: string, ref: string): string {
  const name = `${ref}^{commit}`;
  const { status, stdout } = git(repository, ['rev-parse', '--verify', '--end-of-options', name]);
  if (status !== 0) throw new Error(`${JSON.stringify(ref)} is no commit of this repository`);
  return stdout.trim();
}

/** Shares the repository's node_modules where the commit names the same packages. */
export function addWorktree(repository: string, commit: string): Worktree {
  const path = mkdtempSync(join(tmpdir(), 'anomaly-predictor-bench-'));
  const remove = () => {
    rmSync(path, { recursive: true, force: true });
    git(repository, ['worktree', 'prune']);
  };
  const { status, stderr } = git(repository, ['worktree', 'add', '--detach', path, commit]);
  if (status !== 0) {
    remove();
    throw new Error(`git worktree add failed: ${stderr}`);
  }
  sharePackages(repository, path);
  return { path, remove };
}

function sharePackages(repository: string, path: string): void {
  const ours = join(repository, LOCK_FILE);
  const theirs = join(path, LOCK_FILE);
  if (!existsSync(theirs) || !readFileSync(ours).equals(readFileSync(theirs))) return;
  symlinkSync(join(repository, 'node_modules'), join(path, 'node_modules'), 'junction');
  // setup.mjs installs where the lock file is newer than what was installed.
  const { atime, mtime } = statSync(ours);
  utimesSync(theirs, atime, mtime);
}

function git(repository: string, args: readonly string[]) {
  return spawnSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
}
