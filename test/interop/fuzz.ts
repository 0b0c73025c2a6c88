// Reads damaged model files for as long as asked, and stops at the first that is neither read nor
// refused, or that takes long:
//
//   node dist/test/interop/fuzz.js --minutes 10 [--seed 1]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { ONNX, onnxFile } from '../support/onnx-models.js';
import { readDamagedOnnx } from './onnx/damaged-onnx.js';
import { mutate, type Outcome, readDamagedFile } from './pickle/mutated-pickles.js';
import { pickleFixture } from './pickle/pickle-fixtures.js';

const PICKLES = [
  ...[2, 3, 4, 5].flatMap((protocol) => [`value.${protocol}.pkl`, `value.${protocol}.joblib`]),
  'grid-search.pkl',
  'grid-search-of-forests.pkl',
  'randomized-search.pkl',
  ...['zlib', 'gzip', 'bz2', 'xz', 'lz4'].map((compression) => `value.joblib.${compression}`),
].map(pickleFixture);
const FAMILIES: readonly {
  readonly files: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => Outcome | Promise<Outcome>;
}[] = [
  { files: PICKLES, read: readDamagedFile },
  { files: ONNX.cases.map(({ file }) => onnxFile(file)), read: readDamagedOnnx },
];
const LONGEST_MS = 1000;
const MOST_BYTES = 256 * 1024 ** 2;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const random = new MersenneTwister(Number(values.seed));
const until = performance.now() + Number(values.minutes) * 60_000;
const counts = { read: 0, refused: 0 };
let slowestMs = 0;
let largestBytes = 0;

while (performance.now() < until) {
  const { files, read } = pick(FAMILIES);
  const [bytes, other] = [pick(files), pick(files)];
  const mutated = mutate(bytes, other, random);
  const started = performance.now();
  const memoryBefore = process.memoryUsage().rss;
  try {
    counts[await read(mutated)]++;
  } catch (error) {
    report(mutated, error);
  }
  const tookMs = performance.now() - started;
  const tookBytes = process.memoryUsage().rss - memoryBefore;
  slowestMs = Math.max(slowestMs, tookMs);
  largestBytes = Math.max(largestBytes, tookBytes);
  if (tookMs > LONGEST_MS) report(mutated, `${Math.round(tookMs)} ms`);
  if (tookBytes > MOST_BYTES) report(mutated, `${tookBytes} bytes of memory`);
}
console.log(
  `${counts.read} read, ${counts.refused} refused; ` +
    `slowest ${slowestMs.toFixed(1)} ms, at most ${Math.round(largestBytes / 1024 ** 2)} MB`,
);

function pick<T>(items: readonly T[]): T {
  return items[random.nextBelow(items.length)];
}

function report(bytes: Uint8Array, reason: unknown): never {
  writeFileSync('fuzz-failure.bin', bytes);
  console.error('kept as fuzz-failure.bin:', reason);
  process.exit(1);
}
