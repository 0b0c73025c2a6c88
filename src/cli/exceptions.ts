// `exceptions`: lists, adds and removes what a guard's file of exceptions holds.
import type { Command } from 'commander';
import { AnomalyPredictorError, showValue } from '../errors.js';
import {
  readExceptions,
  type TrafficException,
  writeExceptions,
} from '../traffic/guard/exception-file.js';
import { addException, type ExceptionTerms, exceptionOf } from '../traffic/guard/exceptions.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';

interface AddOptions {
  readonly client: string;
  readonly route: string;
  readonly reason: string;
  readonly for?: string;
  readonly until?: string;
  readonly behaviour?: string;
}

const COLUMNS = ['client', 'route', 'until', 'in force', 'reason'];
const MS_BY_UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function addExceptionsCommand(program: Command): void {
  const command = program
    .command('exceptions')
    .description('List, add and remove exceptions of a guard');

  command
    .command('list')
    .description('show all, also those that have expired')
    .argument('<file>', 'NDJSON')
    .option('--json', 'print JSON')
    .action((file: string, { json }: { json?: true }) => {
      const exceptions = readExceptions(file);
      console.log(
        json
          ? JSON.stringify({ exceptions }, undefined, 2)
          : renderTable(COLUMNS, exceptions.map(toRow)),
      );
    });

  command
    .command('add')
    .description('allow one client one route for a time')
    .argument('<file>', 'NDJSON')
    .requiredOption('--client <key>', 'the client, as decisions name it')
    .requiredOption('--route <route>', 'method and template, as decisions name it')
    .requiredOption('--reason <text>', 'why it may')
    .option('--for <time>', 'minutes, hours or days from now: 30m, 12h, 7d; at most 90d')
    .option('--until <time>', 'ISO time, in place of --for')
    .option('--behaviour <json>', 'features of the behaviour that is normal, for retraining')
    .action((file: string, options: AddOptions) => {
      const { client, route, behaviour } = options;
      const wanted = {
        client,
        route,
        ...(behaviour !== undefined && { behaviour: parseBehaviour(behaviour) }),
      };
      addException(file, exceptionOf(wanted, termsOf(options), Date.now()));
    });

  command
    .command('remove')
    .description("take a client's exceptions for a route back, and their labels")
    .argument('<file>', 'NDJSON')
    .requiredOption('--client <key>', 'the client')
    .requiredOption('--route <route>', 'method and template')
    .action((file: string, { client, route }: Pick<AddOptions, 'client' | 'route'>) => {
      const exceptions = readExceptions(file);
      const left = exceptions.filter((one) => one.client !== client || one.route !== route);
      if (left.length === exceptions.length) {
        throw new AnomalyPredictorError(
          'bad-option',
          `${file} has no exception of ${showValue(client)} for ${showValue(route)}`,
          { file },
        );
      }
      writeExceptions(file, left);
    });
}

function toRow({ client, route, until, reason }: TrafficException): string[] {
  const inForce = Date.parse(until) > Date.now() ? 'yes' : 'no';
  return [client, route, until, inForce, reason].map(printable);
}

function termsOf({ reason, for: time, until }: AddOptions): ExceptionTerms {
  return {
    reason,
    ...(time !== undefined && { forMs: parseTime(time) }),
    ...(until !== undefined && { until: new Date(until) }),
  };
}

function parseTime(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (unit !== undefined) return Number(count) * MS_BY_UNIT[unit];
  throw new AnomalyPredictorError(
    'bad-option',
    `--for: expected a time such as 30m, 12h or 7d, got ${showValue(text)}`,
    { field: 'for', value: text },
  );
}

/** What it holds is checked with the exception. */
function parseBehaviour(text: string): Readonly<Record<string, number>> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AnomalyPredictorError(
      'bad-option',
      `--behaviour: expected JSON such as {"num_users": 3}, got ${showValue(text)}`,
      { field: 'behaviour', value: text },
      { cause },
    );
  }
}
