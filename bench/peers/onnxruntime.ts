// onnxruntime-node: ONNX Runtime's C++ on the processor.
import { sink } from '../sink.js';
import { type Contender, callsOf, rateOfAsync } from './contender.js';
import { encodeOnnx, ONNX_INPUT, ONNX_OUTPUT } from './onnx-model.js';
import { nFeaturesOf } from './peer-model.js';
import type { PeerPackage } from './peer-package.js';
import { N_ROWS, type Workload } from './workload.js';

/** What the bench uses of onnxruntime-node. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object;
}

interface Session {
  run(
    feeds: Readonly<Record<string, object>>,
    outputs: readonly string[],
  ): Promise<Record<string, { readonly data: Float32Array }>>;
  release(): Promise<void>;
}

/** It computes in float32. */
const TOLERANCE = 1e-5;

export async function onnxRuntimeContender(
  runtime: PeerPackage,
  nThreads: number,
  workload: Workload,
): Promise<Contender> {
  const { InferenceSession, Tensor } = runtime.load() as OnnxRuntime;
  const { model, rowsPerCall } = workload;
  const session = await InferenceSession.create(encodeOnnx(model), {
    intraOpNumThreads: nThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const shape = [rowsPerCall, nFeaturesOf(model)];
  // Made once: what a program would pay for its tensors is not held against it.
  const calls = callsOf(workload, N_ROWS).map((rows) => ({
    [ONNX_INPUT]: new Tensor('float32', Float32Array.from(rows), shape),
  }));
  const wanted = [ONNX_OUTPUT];
  return {
    tolerance: TOLERANCE,
    async answers() {
      const scores: number[] = [];
      for (const feeds of calls) {
        const { data } = (await session.run(feeds, wanted))[ONNX_OUTPUT];
        for (let row = 0; row < rowsPerCall; row++) {
          scores.push(model.type === 'forest' ? data[2 * row] - data[2 * row + 1] : data[row]);
        }
      }
      return { scores };
    },
    rate: (durationMs) =>
      rateOfAsync(
        async () => {
          for (const feeds of calls) {
            sink((await session.run(feeds, wanted))[ONNX_OUTPUT].data[0]);
          }
        },
        N_ROWS,
        durationMs,
      ),
    close: () => void session.release(),
  };
}
