// What of the peers this machine has.
import { spawnSync } from 'node:child_process';
import {
  INSTALL_PACKAGES,
  loadPeerPackage,
  notInstalled,
  type PeerPackage,
} from './peer-package.js';
import { hasPythonModules, INSTALL_SCIKIT_LEARN, ScikitLearn } from './scikit-learn.js';

export interface Peers {
  readonly packages: Readonly<Record<PackageName, PeerPackage | undefined>>;
  readonly scikitLearn: ScikitLearn | undefined;
  /** Whether Flask, gunicorn and what the application loads are there. */
  readonly hasFlask: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** What to install, a line each. */
  readonly missing: readonly string[];
}

const PACKAGE_NAMES = ['onnxruntime-node', 'libsvm-js', 'ml-random-forest'] as const;
type PackageName = (typeof PACKAGE_NAMES)[number];

const INSTALL_FLASK = 'apt-get install python3-flask gunicorn python3-joblib python3-sklearn';

export async function openPeers(): Promise<Peers> {
  const missing: string[] = [];
  const versions: Record<string, string> = {};
  const packages = Object.fromEntries(
    PACKAGE_NAMES.map((name) => {
      const found = loadPeerPackage(name);
      if (found === undefined) missing.push(notInstalled(name, INSTALL_PACKAGES));
      else versions[name] = found.version;
      return [name, found];
    }),
  ) as Record<PackageName, PeerPackage | undefined>;

  const scikitLearn = await ScikitLearn.start();
  if (scikitLearn === undefined) missing.push(notInstalled('scikit-learn', INSTALL_SCIKIT_LEARN));
  else Object.assign(versions, scikitLearn.versions);

  const gunicorn = spawnSync('gunicorn', ['--version'], { encoding: 'utf8' });
  const hasFlask = gunicorn.status === 0 && hasPythonModules('flask', 'joblib', 'sklearn');
  if (hasFlask) versions.gunicorn = gunicorn.stdout.replace(/[^\d.]/g, '');
  else missing.push(notInstalled('Flask and gunicorn', INSTALL_FLASK));
  return { packages, scikitLearn, hasFlask, versions, missing };
}
