// onnxruntime-node, which is installed beside the peers of the bench: `npm install --prefix bench/peers`. Tests that
// need it are skipped where it is missing, except on the build server, where they run and fail.
import { findPeerPackage } from '../../bench/peers/peer-package.js';

interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (
    type: 'float32' | 'float64',
    data: Float32Array | Float64Array,
    shape: readonly number[],
  ) => object;
}

interface Session {
  readonly inputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, object>>,
    outputs: readonly string[],
  ): Promise<Record<string, { readonly data: ArrayLike<bigint | number | string> }>>;
  release(): Promise<void>;
}

const runtime = findPeerPackage('onnxruntime-node');

/** For `describe.skipIf(!hasOnnxRuntime)`. */
export const hasOnnxRuntime = runtime !== undefined || process.env.CI === 'true';

const ERRORS_ONLY = { logSeverityLevel: 3, intraOpNumThreads: 1 };

/**
 * What it makes of `rows`, [rows × features] row-major, of which a model that takes its features one by one gets the
 * columns.
 */
export async function runOnnx<Name extends string>(
  model: Uint8Array,
  rows: Float64Array,
  nFeatures: number,
  elementType: 'float32' | 'float64',
  outputs: readonly Name[],
): Promise<Record<Name, ArrayLike<bigint | number | string>>> {
  if (runtime === undefined) throw new Error('onnxruntime-node is not installed');
  const { InferenceSession, Tensor } = runtime.load() as Runtime;
  const TypedArray = elementType === 'float32' ? Float32Array : Float64Array;
  const session = await InferenceSession.create(model, ERRORS_ONLY);
  const nRows = rows.length / nFeatures;
  const { inputNames } = session;
  const width = nFeatures / inputNames.length;
  const feeds = Object.fromEntries(
    inputNames.map((name, i) => {
      const values = rows.filter((_, at) => Math.floor((at % nFeatures) / width) === i);
      return [name, new Tensor(elementType, TypedArray.from(values), [nRows, width])];
    }),
  );
  const results = await session.run(feeds, outputs);
  await session.release();
  return Object.fromEntries(outputs.map((name) => [name, results[name].data])) as Record<
    Name,
    ArrayLike<bigint | number | string>
  >;
}
