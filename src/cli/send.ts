// `send`: posts many behaviours to a running server and tells what came back, and how fast.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { MODEL_KEY } from '../engine/predict-behaviours.js';
import { AnomalyPredictorError } from '../errors.js';
import type { BadRowPolicy } from '../formats/bad-rows.js';
import { type BehaviourBlock, readBlocks } from '../formats/behaviour-blocks.js';
import { INPUT_DESCRIPTION, openBehaviours } from '../formats/behaviour-file.js';
import type { Schema } from '../model/schema.js';
import { badRowsOption } from './bad-rows-option.js';
import { formatQuantity } from './numbers.js';
import { fetchModel, postBehaviours, type ServerAddress } from './predict-client.js';
import { startProgress } from './progress.js';
import { tellUnusedColumns } from './reading-notes.js';
import { SendTally } from './send-tally.js';

interface SendOptions extends ServerAddress {
  readonly model: string;
  readonly batch: number;
  readonly concurrency: number;
  readonly badRows: BadRowPolicy;
}

const HELP = `
The token is better given by the environment than as an option, which other users of the machine
can see in the list of processes. A server that is too busy is asked again when it says so.

Example:
  ANOMALY_PREDICTOR_TOKEN=… anomaly-predictor send behaviours.csv --batch 1 --concurrency 32
`;

export function addSendCommand(program: Command): void {
  program
    .command('send')
    .description('Post behaviours to a running server; sum up verdicts, throughput and latency')
    .argument('<input>', INPUT_DESCRIPTION)
    .option('--url <url>', 'address of the server', parseUrl, 'http://127.0.0.1:5000')
    .addOption(
      new Option('--token <token>', 'bearer token')
        .env('ANOMALY_PREDICTOR_TOKEN')
        .makeOptionMandatory(),
    )
    .option('--model <name>', "name of the server's detector", 'ocsvm')
    .option('--batch <n>', 'behaviours in a request', parseCount, 100)
    .option('--concurrency <n>', 'requests under way at once', parseCount, 8)
    .addOption(badRowsOption('skip'))
    .addHelpText('after', HELP)
    .action(send);
}

async function send(path: string, options: SendOptions): Promise<void> {
  const { model, batch, concurrency, badRows } = options;
  const behaviour = await fetchModel(options, model);
  const input = await openBehaviours(path);
  const tally = new SendTally(badRows);
  const requests = requestsOf(readBlocks(input, behaviour), behaviour.schema, model, batch, tally);
  const startMs = performance.now();
  const progress = startProgress('Sending', input.sizeBytes);

  // All senders draw from the same requests.
  async function sendRequests(): Promise<void> {
    for await (const { body, nBehaviours } of requests) {
      tally.add(nBehaviours, await postBehaviours(options, body, nBehaviours));
      progress.update(input.progress.readBytes, formatQuantity(tally.behaviours, 'behaviour'));
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, sendRequests));
  } finally {
    progress.stop();
  }
  tellUnusedColumns(input.unusedColumns);
  tally.checkAnySent();
  console.log(tally.summary(performance.now() - startMs));
  if (tally.failed > 0) {
    const message = `${formatQuantity(tally.failed, 'request')} failed`;
    throw new AnomalyPredictorError('request-failed', message);
  }
}

interface PredictRequest {
  readonly body: string;
  readonly nBehaviours: number;
}

/** Arrays of `batch` behaviours; a batch of one is sent as a lone object. */
async function* requestsOf(
  blocks: AsyncIterable<BehaviourBlock>,
  schema: Schema,
  model: string,
  batch: number,
  tally: SendTally,
): AsyncGenerator<PredictRequest> {
  let behaviours: object[] = [];
  const takeRequest = (): PredictRequest => {
    const request = {
      body: JSON.stringify(batch === 1 ? behaviours[0] : behaviours),
      nBehaviours: behaviours.length,
    };
    behaviours = [];
    return request;
  };
  const { features } = schema;
  for await (const { nRows, values, errors } of blocks) {
    tally.skip(errors.values());
    for (let row = 0; row < nRows; row++) {
      if (errors.has(row)) continue;
      const start = row * features.length;
      const entries = features.map(({ name }, feature) => [name, values[start + feature]]);
      behaviours.push({ ...Object.fromEntries(entries), [MODEL_KEY]: model });
      if (behaviours.length === batch) yield takeRequest();
    }
  }
  if (behaviours.length > 0) yield takeRequest();
}

function parseUrl(text: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('Expected an address such as http://127.0.0.1:5000.');
  }
  return text;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1_000_000) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 1000000.');
  }
  return count;
}
