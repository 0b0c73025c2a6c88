// One detector, one file: a safetensors container whose metadata hold everything but the numbers' arrays.
//
//   metadata.format     'anomaly-predictor/1'
//   metadata.version    hash of the metadata below and of all tensors; a damaged file does not match it
//   metadata.detector   JSON of `Description`
//   scaler.mean         F64 [nFeatures]
//   scaler.scale        F64 [nFeatures]
//   One-Class SVM:      svm.support_vectors F64 [nSupport, nFeatures], svm.coefficients F64 [nSupport]
//   forest:             forest.roots I32 [nTrees]; forest.child I32, forest.feature I32, forest.threshold F32,
//                       forest.anomaly_fraction F64, each [nNodes]
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { KERNEL_FUNCTIONS } from '../../native-free-kernels/contract.js';
import { AnomalyPredictorError } from '../errors.js';
import type { Detector, DetectorParts, Model } from './detector.js';
import { Encoder } from './encoder.js';
import { checkForest } from './forest-layout.js';
import { Metrics } from './metrics.js';
import { Provenance } from './provenance.js';
import {
  type ArrayByDtype,
  type Container,
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from './safetensors.js';
import { Schema } from './schema.js';
import { firstViolation } from './schema-violation.js';

const FORMAT = 'anomaly-predictor/1';

const finite = v.pipe(v.number(), v.finite('a finite number'));

const OneClassSvmDescription = v.strictObject({
  type: v.literal('one-class-svm'),
  kernel: v.strictObject({
    function: v.picklist(KERNEL_FUNCTIONS),
    gamma: v.pipe(finite, v.minValue(0)),
    coef0: finite,
    degree: v.pipe(v.number(), v.integer('a whole number'), v.minValue(0), v.maxValue(1_000)),
  }),
  intercept: finite,
  riskScale: v.pipe(finite, v.gtValue(0)),
});

const Description = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)),
  title: v.string(),
  schema: Schema,
  encoder: Encoder,
  model: v.variant('type', [OneClassSvmDescription, v.strictObject({ type: v.literal('forest') })]),
  threshold: finite,
  metrics: Metrics,
  provenance: Provenance,
});
type Description = v.InferOutput<typeof Description>;

/** The detector made of `parts`, with its file's bytes and its version. */
export function assembleDetector(parts: DetectorParts): Detector {
  const { name, title, schema, encoder, scaler, model, threshold, metrics, provenance } = parts;
  const { nFeatures } = scaler;
  const tensors = new Map<string, Tensor>([
    ['scaler.mean', { dtype: 'F64', shape: [nFeatures], data: scaler.mean }],
    ['scaler.scale', { dtype: 'F64', shape: [nFeatures], data: scaler.scale }],
    ...modelTensors(model),
  ]);
  const description: Description = {
    name,
    title,
    schema,
    encoder,
    model: describeModel(model),
    threshold,
    metrics,
    provenance,
  };
  const detector = JSON.stringify(description);
  const metadata = { format: FORMAT, version: versionOf(detector, tensors), detector };
  return readDetector(encodeSafetensors({ metadata, tensors }));
}

/** The detector in `bytes`, which may come from anywhere; throws `bad-detector-file` that names what is wrong. */
export function readDetector(bytes: Uint8Array<SharedArrayBuffer>): Detector {
  const container = decodeSafetensors(bytes);
  const detector = detectorOf(container, bytes);
  checkNumbers(detector);
  const version = versionOf(container.metadata.detector, container.tensors);
  if (version !== detector.version) {
    throw bad(`the content's hash is ${version}, not ${detector.version}: the file is damaged`);
  }
  return detector;
}

/** The detector in `bytes` that `readDetector` accepted before, on this thread or another. */
export function attachDetector(bytes: Uint8Array<SharedArrayBuffer>): Detector {
  return detectorOf(decodeSafetensors(bytes), bytes);
}

function detectorOf(container: Container, bytes: Uint8Array<SharedArrayBuffer>): Detector {
  const { format, version, detector: json } = container.metadata;
  if (format !== FORMAT) {
    throw bad(`expected format "${FORMAT}", got ${JSON.stringify(format ?? 'none')}`);
  }
  if (version === undefined || json === undefined) {
    throw bad('the metadata lack "version" or "detector"');
  }
  const description = parseDescription(json);
  const { schema, encoder, model } = description;
  const names = schema.features.map((feature) => feature.name);
  const nFeatures = names.length;
  if (new Set(names).size !== nFeatures) throw bad('two features have the same name');
  if (encoder.length !== nFeatures || encoder.some(({ feature }, i) => feature !== names[i])) {
    throw bad("the encoder's features differ from the schema's");
  }
  const take = takerOf(container.tensors);
  const detector = {
    ...description,
    version,
    bytes,
    scaler: {
      nFeatures,
      mean: take('scaler.mean', 'F64', [nFeatures]),
      scale: take('scaler.scale', 'F64', [nFeatures]),
    },
    model: readModel(model, nFeatures, container.tensors, take),
  };
  take.finish();
  return detector;
}

function parseDescription(json: string): Description {
  let description: unknown;
  try {
    description = JSON.parse(json);
  } catch (cause) {
    throw bad('the description is not JSON', { cause });
  }
  if (!v.is(Description, description)) {
    throw bad(`description${firstViolation(Description, description)}`);
  }
  return description;
}

function describeModel(model: Model): Description['model'] {
  if (model.type === 'forest') return { type: 'forest' };
  const { kernel, intercept } = model.svm;
  return { type: 'one-class-svm', kernel, intercept, riskScale: model.riskScale };
}

function modelTensors(model: Model): [string, Tensor][] {
  if (model.type === 'forest') {
    const { roots, child, feature, threshold, anomalyFraction, nTrees, nNodes } = model.forest;
    return [
      ['forest.roots', { dtype: 'I32', shape: [nTrees], data: roots }],
      ['forest.child', { dtype: 'I32', shape: [nNodes], data: child }],
      ['forest.feature', { dtype: 'I32', shape: [nNodes], data: feature }],
      ['forest.threshold', { dtype: 'F32', shape: [nNodes], data: threshold }],
      ['forest.anomaly_fraction', { dtype: 'F64', shape: [nNodes], data: anomalyFraction }],
    ];
  }
  const { supportVectors, coefficients, nSupport, nFeatures } = model.svm;
  return [
    ['svm.support_vectors', { dtype: 'F64', shape: [nSupport, nFeatures], data: supportVectors }],
    ['svm.coefficients', { dtype: 'F64', shape: [nSupport], data: coefficients }],
  ];
}

function readModel(
  description: Description['model'],
  nFeatures: number,
  tensors: Container['tensors'],
  take: Taker,
): Model {
  if (description.type === 'forest') {
    const nTrees = tensors.get('forest.roots')?.shape[0] ?? 0;
    const nNodes = tensors.get('forest.child')?.shape[0] ?? 0;
    const forest = {
      nFeatures,
      nTrees,
      nNodes,
      roots: take('forest.roots', 'I32', [nTrees]),
      child: take('forest.child', 'I32', [nNodes]),
      feature: take('forest.feature', 'I32', [nNodes]),
      threshold: take('forest.threshold', 'F32', [nNodes]),
      anomalyFraction: take('forest.anomaly_fraction', 'F64', [nNodes]),
    };
    return { type: 'forest', forest };
  }
  const { kernel, intercept, riskScale } = description;
  const nSupport = tensors.get('svm.coefficients')?.shape[0] ?? 0;
  const svm = {
    kernel,
    nFeatures,
    nSupport,
    coefficients: take('svm.coefficients', 'F64', [nSupport]),
    supportVectors: take('svm.support_vectors', 'F64', [nSupport, nFeatures]),
    intercept,
  };
  return { type: 'one-class-svm', svm, riskScale };
}

interface Taker {
  <D extends keyof ArrayByDtype>(name: string, dtype: D, shape: number[]): ArrayByDtype[D];
  /** Every tensor of the file was asked for. */
  finish(): void;
}

function takerOf(tensors: Container['tensors']): Taker {
  const left = new Set(tensors.keys());
  const take = <D extends keyof ArrayByDtype>(name: string, dtype: D, shape: number[]) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw bad(`tensor "${name}" is missing`);
    if (tensor.dtype !== dtype || String(tensor.shape) !== String(shape)) {
      throw bad(
        `tensor "${name}" is ${tensor.dtype} [${tensor.shape}], expected ${dtype} [${shape}]`,
      );
    }
    left.delete(name);
    return tensor.data as ArrayByDtype[D];
  };
  const finish = () => {
    for (const name of left) throw bad(`tensor "${name}" does not belong to this kind of detector`);
  };
  return Object.assign(take, { finish });
}

function checkNumbers({ scaler, model, threshold }: Detector): void {
  checkFinite('scaler.mean', scaler.mean);
  checkFinite('scaler.scale', scaler.scale);
  const at = scaler.scale.findIndex((scale) => scale <= 0);
  if (at >= 0) throw bad(`scaler.scale[${at}] is ${scaler.scale[at]}, expected more than 0`);
  if (model.type === 'forest') {
    checkForest(model.forest);
    if (Math.abs(threshold) >= 1) throw bad(`threshold ${threshold} is not between -1 and 1`);
  } else {
    if (model.svm.nSupport === 0) throw bad('there are no support vectors');
    checkFinite('svm.support_vectors', model.svm.supportVectors);
    checkFinite('svm.coefficients', model.svm.coefficients);
  }
}

function checkFinite(name: string, values: Float64Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw bad(`${name}[${at}] is ${values[at]}`);
}

/** Over the description and each tensor's name and data, in the order of their names. */
function versionOf(description: string | undefined, tensors: Container['tensors']): string {
  const hash = createHash('sha256').update(description ?? '');
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name) as Tensor;
    hash.update(`\n${name} ${dtype} [${shape}]\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

function bad(what: string, options?: ErrorOptions): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-detector-file',
    `not a usable detector: ${what}`,
    {},
    options,
  );
}
