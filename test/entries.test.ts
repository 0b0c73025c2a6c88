import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.js';

const PACKAGE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** What each entry has of its own. */
const OWN_EXPORTS = {
  express: ['ExpressGuard', 'expressGuard'],
  fastify: ['FastifyGuard', 'FastifyGuardOptions', 'RouteGuard', 'fastifyGuard'],
  hono: ['HonoGuard', 'HonoGuardOptions', 'honoGuard'],
  node: ['NodeGuard', 'NodeGuardOptions', 'nodeGuard'],
} as const;

/** Folders of the product that no service loads for its guard. */
const OTHER_PARTS = [
  'cli',
  'engine',
  'formats',
  'interop',
  'report',
  'server',
  'training',
  'web',
  'traffic/logs',
  'traffic/replay',
];

const SHARED_VALUES = [
  'AnomalyPredictorError',
  'SessionTracker',
  'apiKey',
  'clientAddress',
  'cookie',
  'firstOf',
  'loadDetector',
  'remoteDetector',
  'tokenClaim',
];

const SHARED_TYPES = [
  'AddressEntry',
  'AddressTypes',
  'Answer',
  'Call',
  'ClientKey',
  'Decision',
  'Detector',
  'ErrorFields',
  'ErrorTag',
  'Excepted',
  'ExceptionTerms',
  'Exchange',
  'ExplainedFeature',
  'Explanation',
  'ExplanationMethod',
  'Exposition',
  'GuardAction',
  'GuardMode',
  'GuardOptions',
  'GuardReason',
  'MaybeLater',
  'ModeTable',
  'OfRequest',
  'Refusal',
  'RemoteDetector',
  'RemoteModel',
  'RemoteOptions',
  'Schema',
  'Session',
  'SessionCounts',
  'SessionGroup',
  'SessionStore',
  'SessionTrackerOptions',
  'TrafficException',
  'TrafficFeature',
  'TrafficPrediction',
  'Validations',
];

function declaredNames(module: string): string[] {
  const declarations = readFileSync(new URL(`../src/${module}.d.ts`, import.meta.url), 'utf8');
  return [...declarations.matchAll(/\{([^}]*)\}/g)]
    .flatMap(([, list]) => list.split(','))
    .map((name) => name.replace('type', '').trim())
    .filter((name) => name !== '')
    .sort();
}

describe('the entries of the middleware', () => {
  it('share these exports and no more', () => {
    expect(declaredNames('middleware')).toEqual([...SHARED_VALUES, ...SHARED_TYPES].sort());
  });

  const folder = temporaryFolder();
  it.each(Object.entries(OWN_EXPORTS))(
    '%s adds %j, and loads no more than it needs',
    (name, own) => {
      expect(declaredNames(name)).toEqual(own);

      // The scripts that V8 has met are those that were loaded, of whichever module system.
      const coverage = join(folder.path, name);
      const program = `console.log(Object.keys(await import('anomaly-predictor/${name}')).join());`;
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: PACKAGE_FOLDER,
        encoding: 'utf8',
        env: { ...process.env, NODE_V8_COVERAGE: coverage },
      });
      const [guard] = own.filter((one) => /^[a-z]/.test(one));
      expect(output.trim().split(',').sort()).toEqual([...SHARED_VALUES, guard].sort());

      const [report] = readdirSync(coverage);
      const { result } = JSON.parse(readFileSync(join(coverage, report), 'utf8'));
      const loaded = (result as { url: string }[]).map(({ url }) => url);
      expect(loaded.filter((url) => url.endsWith(`/dist/src/${name}.js`))).toHaveLength(1);
      const others = Object.keys(OWN_EXPORTS).filter((other) => other !== name);
      const unwanted = [
        ...others.map((other) => `/node_modules/${other}/`),
        ...OTHER_PARTS.map((part) => `/dist/src/${part}/`),
      ];
      expect(loaded.filter((url) => unwanted.some((part) => url.includes(part)))).toEqual([]);
    },
  );
});
