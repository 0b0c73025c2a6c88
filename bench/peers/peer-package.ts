// npm packages that are compared with live in a package of their own, bench/peers; only the bench
// knows them, and it runs without them.
import { createRequire } from 'node:module';

const requirePeer = createRequire(new URL('../../../bench/peers/package.json', import.meta.url));

export const INSTALL_PACKAGES = 'npm install --prefix bench/peers';

export interface PeerPackage {
  readonly version: string;
  load(): unknown;
}

/** Undefined where it is not installed. */
export function findPeerPackage(name: string): PeerPackage | undefined {
  try {
    const { version } = requirePeer(`${name}/package.json`);
    return { version, load: () => requirePeer(name) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

export function notInstalled(peer: string, command: string): string {
  return `${peer}: not installed, install by \`${command}\``;
}
