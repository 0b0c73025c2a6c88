import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.js';

const PACKAGE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = join(PACKAGE_FOLDER, 'node_modules');
const { dependencies } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8'));

/** Beside the package itself, what a user of each adapter installs. */
const INSTALLED = {
  express: ['express', '@types/express'],
  fastify: ['fastify'],
  hono: ['hono', '@hono/node-server'],
  node: [],
};

const HEAD = (adapter: string) => `
import type { AddressInfo } from 'node:net';
import { type Decision, firstOf, clientAddress, tokenClaim, loadDetector, type TrafficFeature, ${adapter}Guard } from 'anomaly-predictor/${adapter}';

const decisions: Decision[] = [];
const pace: TrafficFeature = {
  name: 'pace', title: 'Pace', description: 'Calls', unit: 'calls', kind: 'number', example: 1,
  value: ({ calls }) => calls,
};
const guard = ${adapter}Guard({
  detector: loadDetector(process.env.DETECTOR ?? ''),
  mode: { 'GET /products/:id': 'enforce' },
  sessionKey: firstOf(tokenClaim('sub'), clientAddress()),
  threshold: 1e9,
  minRequests: 2,
  maxBlockedShare: 1,
  validate: { trafficDetector: false },
  features: [pace],
  onDecision: (decision) => decisions.push(decision),
});
async function visit(port: number): Promise<never> {
  const statuses: number[] = [];
  for (let call = 0; call < 3; call++) {
    statuses.push((await fetch(\`http://127.0.0.1:\${port}/products/\${call}\`)).status);
  }
  console.log(JSON.stringify({ statuses, actions: decisions.map(({ action }) => action) }));
  process.exit();
}
`;

const PROGRAMS: Readonly<Record<keyof typeof INSTALLED, string>> = {
  express: `
import express from 'express';
const app = express();
app.use(guard);
app.get('/products/:id', (request, response) => { response.json({ id: request.params.id }); });
const server = app.listen(0, '127.0.0.1', () => visit((server.address() as AddressInfo).port));
`,
  fastify: `
import Fastify from 'fastify';
const app = Fastify();
await app.register(guard);
app.get<{ Params: { id: string } }>(
  '/products/:id',
  { config: { anomaly: { mode: 'enforce' } } },
  ({ params, anomalyDecision }) => ({ id: params.id, action: anomalyDecision?.action }),
);
await app.listen({ port: 0, host: '127.0.0.1' });
await visit((app.server.address() as AddressInfo).port);
`,
  hono: `
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
const app = new Hono();
app.use(guard);
app.get('/products/:id', (context) =>
  context.json({ id: context.req.param('id'), action: context.get('anomalyDecision')?.action }),
);
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => visit(port));
`,
  node: `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  guard(request, response, () => response.end('{}'));
});
server.listen(0, '127.0.0.1', () => visit((server.address() as AddressInfo).port));
`,
};

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'out',
  },
  files: ['app.ts'],
};

/** On a machine that has much else to do. */
const COMPILING_MS = 120_000;

describe('the package as it is published', () => {
  const folder = temporaryFolder();
  let tarball: string;
  beforeAll(() => {
    const packing = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder.path];
    const name = execFileSync('npm', packing, { cwd: PACKAGE_FOLDER, encoding: 'utf8' });
    tarball = join(folder.path, name.trim());
  });

  function install(adapter: keyof typeof INSTALLED): string {
    const consumer = join(folder.path, adapter);
    const own = join(consumer, 'node_modules', 'anomaly-predictor');
    mkdirSync(own, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', own, '--strip-components', '1']);
    for (const name of [...Object.keys(dependencies), '@types/node', ...INSTALLED[adapter]]) {
      const link = join(consumer, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(MODULES, name), link, 'dir');
    }
    writeFileSync(join(consumer, 'package.json'), '{"type":"module"}');
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    writeFileSync(join(consumer, 'app.ts'), HEAD(adapter) + PROGRAMS[adapter]);
    return consumer;
  }

  it.each(Object.keys(INSTALLED) as (keyof typeof INSTALLED)[])(
    'has types for %s that hold without the other frameworks, and guards a server of it',
    (adapter) => {
      const cwd = install(adapter);
      const tsc = join(MODULES, 'typescript', 'bin', 'tsc');
      execFileSync(process.execPath, [tsc], { cwd, stdio: 'pipe' });
      const output = execFileSync(process.execPath, ['out/app.js'], {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, DETECTOR: join(PACKAGE_FOLDER, 'models', 'hybrid.safetensors') },
      });
      expect(JSON.parse(output)).toEqual({
        statuses: [200, 403, 403],
        actions: ['allow', 'block', 'block'],
      });
    },
    COMPILING_MS,
  );
});
