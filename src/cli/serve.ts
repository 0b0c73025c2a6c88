// `serve`: runs the server until it is told to stop.
import type { Command } from 'commander';
import {
  type ConfigOptions,
  optionName,
  readConfig,
  SETTINGS,
  type SettingName,
  shownDefault,
} from '../config.js';
import { importInThread } from '../model/detector-import.js';
import { exampleRow } from '../model/schema.js';
import { type RunningServer, startServer } from '../server/server.js';

/** Reads what users bring, in a thread of its own. */
const IMPORT_THREAD = new URL('../interop/import-thread.js', import.meta.url);

export function addServeCommand(program: Command): void {
  const command = program.command('serve').description('Serve detectors over HTTP');
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { description, variable } = SETTINGS[name];
    command.option(
      `${optionName(name)} <value>`,
      `${description} (default: ${shownDefault(name)}; environment: ${variable})`,
    );
  }
  command.action(async (options: ConfigOptions) => {
    const server = await startServer(readConfig(options), importInThread(IMPORT_THREAD));
    console.log(greeting(server));
    await stopSignal();
    await server.close();
  });
}

function greeting({ url, transport, catalog, token }: RunningServer): string {
  const names = [...catalog.keys()].join(', ');
  const lines = [`Anomaly Predictor on ${url} (${transport}), detectors: ${names}`];
  const [{ schema }] = catalog.values();
  if (token !== undefined) {
    lines.push(
      '',
      'No tokens are configured; this one is valid, for everything, until the server stops:',
      `  ${token}`,
      '',
      'Try it:',
      `  curl -s ${url}/predict_json -H 'Authorization: Bearer ${token}' \\`,
      "    -H 'Content-Type: application/json' \\",
      `    -d '${JSON.stringify(exampleRow(schema))}'`,
    );
  }
  return lines.join('\n');
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Resolves at the first SIGTERM or SIGINT; a second one, of either kind, ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      resolve();
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
}
