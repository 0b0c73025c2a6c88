// What of the peers this machine has.
import {
  findPeerPackage,
  INSTALL_PACKAGES,
  notInstalled,
  type PeerPackage,
} from './peer-package.js';
import { pythonPackages } from './python.js';

export interface Peers {
  readonly packages: Readonly<Record<PackageName, PeerPackage | undefined>>;
  readonly hasScikitLearn: boolean;
  readonly hasFlask: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** What is not installed, a line each. */
  readonly missing: readonly string[];
}

const PACKAGE_NAMES = ['onnxruntime-node', 'libsvm-js', 'ml-random-forest'] as const;
type PackageName = (typeof PACKAGE_NAMES)[number];

const SCIKIT_LEARN = ['scikit-learn', 'numpy'];
const INSTALL_SCIKIT_LEARN = 'apt-get install python3-sklearn';
/** With what the application loads. */
const FLASK = ['flask', 'gunicorn', 'joblib', ...SCIKIT_LEARN];
const INSTALL_FLASK = 'apt-get install python3-flask gunicorn python3-joblib python3-sklearn';

export function openPeers(): Peers {
  const missing: string[] = [];
  const versions: Record<string, string> = {};
  const packages = Object.fromEntries(
    PACKAGE_NAMES.map((name) => {
      const found = findPeerPackage(name);
      if (found === undefined) missing.push(notInstalled(name, INSTALL_PACKAGES));
      else versions[name] = found.version;
      return [name, found];
    }),
  ) as Record<PackageName, PeerPackage | undefined>;
  const scikitLearn = pythonPackages(...SCIKIT_LEARN);
  if (scikitLearn === undefined) missing.push(notInstalled('scikit-learn', INSTALL_SCIKIT_LEARN));
  const flask = pythonPackages(...FLASK);
  if (flask === undefined) missing.push(notInstalled('Flask and gunicorn', INSTALL_FLASK));
  return {
    packages,
    hasScikitLearn: scikitLearn !== undefined,
    hasFlask: flask !== undefined,
    versions: { ...versions, ...scikitLearn, ...flask },
    missing,
  };
}
