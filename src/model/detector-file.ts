// One detector, one file: a safetensors container whose metadata hold everything but the numbers' arrays.
//
//   metadata.format     'anomaly-predictor/1'
//   metadata.version    hash of the metadata below and of all tensors; a damaged file does not match it
//   metadata.detector   JSON of `Description`
//   tensors             as in stored-transform.ts, stored-model.ts, stored-profile.ts and bounds.ts
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { boundsTensors, checkBounds, readBounds } from './bounds.js';
import { Calibration } from './calibration.js';
import type { Detector, DetectorParts } from './detector.js';
import { FailedChecks } from './detector-checks.js';
import { Encoder } from './encoder.js';
import { Metrics } from './metrics.js';
import { Provenance } from './provenance.js';
import {
  type Container,
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from './safetensors.js';
import { Schema } from './schema.js';
import { firstViolation } from './schema-violation.js';
import {
  checkModel,
  describeModel,
  ModelDescription,
  modelTensors,
  readModel,
} from './stored-model.js';
import {
  checkProfile,
  describeProfile,
  ProfileDescription,
  profileTensors,
  readProfile,
} from './stored-profile.js';
import {
  checkTransform,
  describeTransform,
  readTransform,
  TransformDescriptions,
  transformTensors,
} from './stored-transform.js';
import { badDetector, takerOf } from './tensor-taker.js';
import { TrafficSettings } from './traffic-settings.js';

const FORMAT = 'anomaly-predictor/1';
/** What a detector may be called: its name stands in paths, file names and labels. */
export const DETECTOR_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const Description = v.strictObject({
  name: v.pipe(v.string(), v.regex(DETECTOR_NAME)),
  title: v.string(),
  schema: Schema,
  encoder: Encoder,
  transforms: TransformDescriptions,
  model: ModelDescription,
  threshold: v.pipe(v.number(), v.finite('a finite number')),
  calibration: v.exactOptional(Calibration),
  metrics: v.nullable(Metrics),
  provenance: Provenance,
  traffic: v.exactOptional(TrafficSettings),
  profile: v.exactOptional(ProfileDescription),
  failedChecks: v.exactOptional(FailedChecks),
});
type Description = v.InferOutput<typeof Description>;

/** The detector made of `parts`, with its file's bytes and its version. */
export function assembleDetector(parts: DetectorParts): Detector {
  const { name, title, schema, encoder, transforms, model, threshold, metrics, provenance } = parts;
  const { calibration, profile, bounds, traffic, failedChecks } = parts;
  const tensors = new Map<string, Tensor>([
    ...transforms.flatMap(transformTensors),
    ...modelTensors(model),
    ...profileTensors(profile),
    ...boundsTensors(bounds),
  ]);
  const profileDescription = describeProfile(profile);
  const description: Description = {
    name,
    title,
    schema,
    encoder,
    transforms: transforms.map(describeTransform),
    model: describeModel(model),
    threshold,
    ...(calibration && { calibration }),
    metrics,
    provenance,
    ...(traffic && { traffic }),
    ...(profileDescription && { profile: profileDescription }),
    ...(failedChecks && { failedChecks: [...failedChecks] }),
  };
  const detector = JSON.stringify(description);
  const metadata = { format: FORMAT, version: versionOf(detector, tensors), detector };
  return readDetector(encodeSafetensors({ metadata, tensors }));
}

/** The detector in `bytes`, which may come from anywhere; throws `bad-detector-file` that names what is wrong. */
export function readDetector(bytes: Uint8Array<SharedArrayBuffer>): Detector {
  const container = decodeSafetensors(bytes);
  const detector = detectorOf(container, bytes);
  detector.transforms.forEach(checkTransform);
  checkModel(detector.model, detector.threshold);
  checkProfile(detector.profile);
  checkBounds(detector);
  const version = versionOf(container.metadata.detector, container.tensors);
  if (version !== detector.version) {
    throw badDetector(
      `the content's hash is ${version}, not ${detector.version}: the file is damaged`,
    );
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
    throw badDetector(`expected format "${FORMAT}", got ${JSON.stringify(format ?? 'none')}`);
  }
  if (version === undefined || json === undefined) {
    throw badDetector('the metadata lack "version" or "detector"');
  }
  const { profile, ...description } = parseDescription(json);
  const { schema, encoder } = description;
  const names = schema.features.map((feature) => feature.name);
  const nFeatures = names.length;
  if (new Set(names).size !== nFeatures) throw badDetector('two features have the same name');
  if (encoder.length !== nFeatures || encoder.some(({ feature }, i) => feature !== names[i])) {
    throw badDetector("the encoder's features differ from the schema's");
  }
  const take = takerOf(container.tensors);
  const detector = {
    ...description,
    version,
    bytes,
    transforms: description.transforms.map((transform, index) =>
      readTransform(transform, index, nFeatures, take),
    ),
    model: readModel(description.model, nFeatures, take),
    ...readProfile(profile, nFeatures, take),
    ...readBounds(nFeatures, take),
  };
  take.finish();
  return detector;
}

function parseDescription(json: string): Description {
  let description: unknown;
  try {
    description = JSON.parse(json);
  } catch (cause) {
    throw badDetector('the description is not JSON', { cause });
  }
  if (!v.is(Description, description)) {
    throw badDetector(`description${firstViolation(Description, description)}`);
  }
  return description;
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
