// Learning, and what comes of it on a day with attacks, without HTTP: that changes no decision, and takes seconds.
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDetector } from '../src/model/detector-store.js';
import { actionsOf } from './actions.js';
import { CLEAN, dayOf } from './days.js';
import { type Findings, findingsOf } from './findings.js';
import { writeLog } from './loop.js';
import { runCommand } from './run-command.js';
import type { SimulatedRequest } from './simulator/traffic.js';

export const FEATURES = relative('.', fileURLToPath(new URL('./features.js', import.meta.url)));
/** Below the 1 % that may be flagged: a few hundred sessions set the threshold, and the next ones are others. */
const TARGET_RATE = '0.007';
const TODAY = { hours: 4, attackersPerKind: 40 };

export interface ShortRun {
  /** Path of its file, in the folder of the run. */
  readonly detector: string;
  readonly requests: readonly SimulatedRequest[];
  readonly findings: Findings;
}

export async function runWithoutHttp(seed: number, folder: string): Promise<ShortRun> {
  const log = join(folder, `access-${seed}.log`);
  const detector = join(folder, `shop-${seed}.safetensors`);
  await writeLog(dayOf(seed, 'clean', CLEAN), log);
  await runCommand(learnArguments(log, detector));
  const requests = dayOf(seed, 'today', TODAY);
  const findings = findingsOf(requests, actionsOf(requests, loadDetector(detector)));
  return { detector, requests, findings };
}

export function learnArguments(log: string, out: string): string[] {
  return ['learn', log, '--features', FEATURES, '--target-fpr', TARGET_RATE, '--out', out];
}
