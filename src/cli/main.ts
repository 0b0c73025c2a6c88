#!/usr/bin/env node
// The command line: every command with what all of them share, which is help, version and exit codes.
// 0: done. 1: it failed. 2: it was not asked correctly. 130: interrupted. Errors are one line on stderr.
import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { AnomalyPredictorError, type ErrorTag } from '../errors.js';
import { PACKAGE_VERSION } from '../package-paths.js';
import { Interrupted } from '../training/interrupted.js';
import { addBehavioursCommand } from './behaviours.js';
import { addCalibrateCommand } from './calibrate.js';
import { addEvaluateCommand } from './evaluate.js';
import { addExceptionsCommand } from './exceptions.js';
import { addExportCommand } from './export.js';
import { addImportCommand } from './import.js';
import { addInspectCommand } from './inspect.js';
import { addLearnCommand } from './learn.js';
import { addModelsCommand } from './models.js';
import { addReplayCommand } from './replay.js';
import { addScoreCommand } from './score.js';
import { addSendCommand } from './send.js';
import { addServeCommand } from './serve.js';
import { addTrainCommand } from './train.js';

const ADD_COMMANDS = [
  addServeCommand,
  addTrainCommand,
  addBehavioursCommand,
  addLearnCommand,
  addImportCommand,
  addCalibrateCommand,
  addEvaluateCommand,
  addScoreCommand,
  addSendCommand,
  addReplayCommand,
  addModelsCommand,
  addInspectCommand,
  addExportCommand,
  addExceptionsCommand,
];

/** 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130;
const WRONG_USAGE_TAGS: readonly ErrorTag[] = ['bad-option', 'unknown-model'];

process.stdout.on('error', endWithReader);
process.stderr.on('error', endWithReader);
const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error, program.opts().verbose);
}

function createProgram(): Command {
  const command = new Command('anomaly-predictor')
    .description('Train, serve and use detectors of anomalous API behaviour.')
    .version(PACKAGE_VERSION)
    .option('--verbose', 'show the stack of an error')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (message) => printError(message.replace(/^error: /, '')) })
    .exitOverride();
  for (const addCommand of ADD_COMMANDS) addCommand(command);
  return command;
}

/** Tells the user and returns the exit code. */
function report(error: unknown, verbose: boolean): number {
  // Help, version and wrong usage, which commander has told already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) return INTERRUPTED;
  printError(error instanceof Error ? error.message : String(error));
  if (verbose) process.stderr.write(`${inspect(error)}\n`);
  return error instanceof AnomalyPredictorError && WRONG_USAGE_TAGS.includes(error.tag) ? 2 : 1;
}

function printError(message: string): void {
  process.stderr.write(`anomaly-predictor: ${message.trim().replace(/\s*\n\s*/g, ' ')}\n`);
}

/** Whoever reads may stop when they have enough, as `head` does. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  process.exit(report(error, program.opts().verbose));
}
