import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runServer, SCORING_TOKEN } from './support/running-server.js';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

/** The port of examples, and that of the engine in them. */
const [GUARDED, ENGINE] = ['3000', '5000'];

/** Runs the example under the title with ports of the test until that ends. */
async function runExample(title: string, enginePort = ''): Promise<string> {
  const [, example] =
    new RegExp(`<!-- ${title} example[^\\n]*\\n\`\`\`js\\n([^]*?)\`\`\``).exec(readme) ?? [];
  const port = String(await freePort());
  const script = fileURLToPath(new URL(`readme-${title.replace(/\W/g, '-')}.mjs`, root));
  writeFileSync(script, example.replace(GUARDED, port).replace(ENGINE, enginePort));
  const child = spawn(process.execPath, [script], {
    cwd: fileURLToPath(root),
    env: { ...process.env, TOKEN: SCORING_TOKEN },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    rmSync(script);
    await end(child);
  });
  return `http://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/** Once the program listens. */
async function answer(url: string): Promise<unknown> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response !== undefined) return response.json();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the examples of guards in the README', () => {
  it.each([
    ['Fastify', { id: '7' }],
    ['Hono', { id: '7', risky: false }],
    ['node:http', { id: '7' }],
  ])('run as they stand: %s', async (title, expected) => {
    const url = await runExample(title);
    expect(await answer(`${url}/products/7`)).toEqual(expected);
  });

  it('ask a running engine', async () => {
    const engine = await runServer();
    onTestFinished(() => engine.close());
    const url = await runExample('remote', String(engine.port));
    expect(await answer(`${url}/products/1`)).toEqual({ id: '7' });
    // The sample detector calls so young a client an anomaly once it is known, by its fifth call; but it did not learn
    // from traffic.
    for (let call = 2; call < 5; call++) await answer(`${url}/products/${call}`);
    expect(await answer(`${url}/products/5`)).toEqual({ id: '7' });
  });
});
