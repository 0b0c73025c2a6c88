// `npm run bulk`: sends the shipped examples one by one to a running server, given its token; without
// one, to a server that is started for this run. Takes the options of `anomaly-predictor send`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.js';
import { SHIPPED_MODELS_FOLDER } from '../src/package-paths.js';
import { type RunningServer, startServer } from '../src/server/server.js';

const TOKEN_VARIABLE = 'ANOMALY_PREDICTOR_TOKEN';
const PROGRAM = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const EXAMPLES = join(SHIPPED_MODELS_FOLDER, 'examples', 'behaviours.csv');

const options = process.argv.slice(2);
const hasToken =
  process.env[TOKEN_VARIABLE] !== undefined || options.some((option) => /^--token/.test(option));
if (hasToken) {
  await send(options);
} else {
  const server = await startServer({ ...readConfig({ port: '0' }), tokens: [] });
  console.log(`No token is given; started ${server.url} for this run (${server.transport})`);
  await send(['--url', server.url, ...options], server.token).finally(() => server.close());
}

async function send(args: readonly string[], token: RunningServer['token'] = undefined) {
  const child = spawn(process.execPath, [PROGRAM, 'send', EXAMPLES, '--batch', '1', ...args], {
    stdio: 'inherit',
    env: token === undefined ? process.env : { ...process.env, [TOKEN_VARIABLE]: token },
  });
  [process.exitCode] = await once(child, 'exit');
}
