import { describe, expect, it } from 'vitest';
import type { Forest, OneClassSvm, StandardScaler } from '../../native-free-kernels/contract.js';
import type {
  Detector,
  DetectorParts,
  IsolationForestModel,
  Model,
} from '../../src/model/detector.js';
import { assembleDetector, attachDetector, readDetector } from '../../src/model/detector-file.js';
import {
  type Container,
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from '../../src/model/safetensors.js';
import {
  SAMPLE_SCALER,
  sampleForest,
  sampleIsolationForest,
  sampleOneClassSvm,
} from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const PARTS = [
  'name',
  'title',
  'schema',
  'encoder',
  'transforms',
  'model',
  'threshold',
  'metrics',
  'profile',
  'provenance',
  'traffic',
] as const satisfies readonly (keyof DetectorParts)[];

const SVM = sampleOneClassSvm();
const FOREST = sampleForest();
const ISOLATION_FOREST = sampleIsolationForest();
const TRAFFIC = { windowMs: 600_000, minRequests: 5 };
const LEARNED = sampleOneClassSvm({ traffic: TRAFFIC });

/** A detector of one feature: its file is short enough to damage every bit of it. */
const SMALL = sampleOneClassSvm({
  schema: {
    features: [{ name: 'x', title: '', description: '', unit: '', kind: 'number', example: 1 }],
  },
  encoder: [{ feature: 'x', column: 'x' }],
  transforms: [
    { type: 'standard', nFeatures: 1, mean: Float64Array.of(0.25), scale: Float64Array.of(3) },
  ],
  model: {
    type: 'one-class-svm',
    svm: {
      kernel: { function: 'rbf', gamma: 1, coef0: 0, degree: 3 },
      nFeatures: 1,
      nSupport: 2,
      supportVectors: Float64Array.of(-1, 1),
      coefficients: Float64Array.of(0.5, 0.5),
      intercept: -0.1,
    },
    riskScale: 0.1,
  },
});

function svmWith(changes: Partial<OneClassSvm>, riskScale = 0.1): { model: Model } {
  const { model } = SVM;
  if (model.type !== 'one-class-svm') throw new TypeError('not a One-Class SVM');
  return { model: { type: model.type, svm: { ...model.svm, ...changes }, riskScale } };
}

function forestWith(changes: Partial<Forest>): { model: Model } {
  const { model } = FOREST;
  if (model.type !== 'forest') throw new TypeError('not a forest');
  return { model: { type: model.type, forest: { ...model.forest, ...changes } } };
}

function isolationForestWith(changes: Partial<IsolationForestModel>): { model: Model } {
  return { model: { ...(ISOLATION_FOREST.model as IsolationForestModel), ...changes } };
}

const withValue = <A extends Float64Array | Float32Array | Int32Array>(
  values: A,
  at: number,
  value: number,
) => values.with(at, value) as A;

function refusal(bytes: Uint8Array<SharedArrayBuffer>): string {
  const error = thrownBy(() => readDetector(bytes));
  expect(error.tag).toBe('bad-detector-file');
  return error.message;
}

/** The refusal of parts that do not fit each other, when they are put together. */
function refusalOf(make: () => Detector): string {
  const error = thrownBy(make);
  expect(error.tag).toBe('bad-detector-file');
  return error.message;
}

/** The file of `detector` after a change to what its container holds. */
function tampered(
  detector: Detector,
  change: (metadata: Record<string, string>, tensors: Map<string, Tensor>) => void,
): Uint8Array<SharedArrayBuffer> {
  const container: Container = decodeSafetensors(detector.bytes);
  const metadata = { ...container.metadata };
  const tensors = new Map(container.tensors);
  change(metadata, tensors);
  return encodeSafetensors({ metadata, tensors });
}

function sharedCopy(bytes: Uint8Array, length = bytes.length): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(length));
  copy.set(bytes.subarray(0, length));
  return copy;
}

/** Sample parts with another scaler. */
function scaledBy(changes: Partial<StandardScaler>): Partial<DetectorParts> {
  return { transforms: [{ ...SAMPLE_SCALER, ...changes }] };
}

describe.each([
  ['One-Class SVM', SVM],
  ['forest', FOREST],
  ['isolation forest', ISOLATION_FOREST],
  ['detector learned from traffic', LEARNED],
])('the file of a sample %s', (_, detector) => {
  it('gives back every part, and its own bytes', () => {
    const read = readDetector(detector.bytes);
    for (const part of PARTS) expect(read[part]).toEqual(detector[part]);
    expect(read.version).toBe(detector.version);
    expect(assembleDetector(read).bytes).toEqual(detector.bytes);
  });

  it('is the same whenever it is made of the same parts', () => {
    const parts = Object.fromEntries(PARTS.map((part) => [part, detector[part]]));
    const again = assembleDetector(structuredClone(parts) as unknown as DetectorParts);
    expect(again.bytes).toEqual(detector.bytes);
  });

  it('is used in place: a thread that attaches it copies no numbers', () => {
    const attached = attachDetector(detector.bytes);
    const { mean, scale } = attached.transforms[0] as StandardScaler;
    const arrays =
      attached.model.type === 'one-class-svm'
        ? [attached.model.svm.supportVectors, attached.model.svm.coefficients]
        : [attached.model.forest.child, attached.model.forest.leafValue];
    for (const { buffer } of [mean, scale, ...arrays]) expect(buffer).toBe(detector.bytes.buffer);
  });

  it('has a version of 16 hexadecimal digits that does not depend on the order in the file', () => {
    expect(detector.version).toMatch(/^[0-9a-f]{16}$/);
    const reordered = tampered(detector, (_metadata, tensors) => {
      const [first, ...others] = [...tensors];
      tensors.clear();
      for (const [name, tensor] of [...others, first]) tensors.set(name, tensor);
    });
    expect(reordered).not.toEqual(detector.bytes);
    expect(readDetector(reordered).version).toBe(detector.version);
  });
});

describe('the version', () => {
  it('changes with every part', () => {
    const { metrics, provenance, schema, encoder } = SVM;
    const [first, ...others] = schema.features;
    const { svm } = SVM.model as Extract<Model, { type: 'one-class-svm' }>;
    const { forest } = FOREST.model as Extract<Model, { type: 'forest' }>;
    const versions = [
      SVM,
      sampleOneClassSvm({ name: 'other' }),
      sampleOneClassSvm({ title: 'Other' }),
      sampleOneClassSvm({ schema: { features: [{ ...first, example: 1 }, ...others] } }),
      sampleOneClassSvm({ encoder: [{ ...encoder[0], column: 'b' }, ...encoder.slice(1)] }),
      sampleOneClassSvm(scaledBy({ mean: withValue(SAMPLE_SCALER.mean, 8, 5e-324) })),
      sampleOneClassSvm(scaledBy({ scale: withValue(SAMPLE_SCALER.scale, 8, 0.51) })),
      sampleOneClassSvm(svmWith({ kernel: { ...svm.kernel, function: 'poly' } })),
      sampleOneClassSvm(svmWith({ kernel: { ...svm.kernel, gamma: 0.2 } })),
      sampleOneClassSvm(svmWith({ kernel: { ...svm.kernel, coef0: 1 } })),
      sampleOneClassSvm(svmWith({ kernel: { ...svm.kernel, degree: 2 } })),
      sampleOneClassSvm(svmWith({ intercept: -0.4 })),
      sampleOneClassSvm(svmWith({ supportVectors: withValue(svm.supportVectors, 7, 2) })),
      sampleOneClassSvm(svmWith({ coefficients: withValue(svm.coefficients, 7, 2) })),
      sampleOneClassSvm(svmWith({}, 0.2)),
      sampleOneClassSvm({ threshold: 0.01 }),
      sampleOneClassSvm({ metrics: metrics && { ...metrics, recall: 0.9 } }),
      sampleOneClassSvm({ metrics: null }),
      LEARNED,
      sampleOneClassSvm({ traffic: { ...TRAFFIC, windowMs: 1_800_000 } }),
      sampleOneClassSvm({ provenance: { ...provenance, parameters: { nu: 0.05 } } }),
      FOREST,
      sampleForest({ threshold: 0.01 }),
      sampleForest(forestWith({ threshold: withValue(forest.threshold, 0, -0.6) })),
      sampleForest(forestWith({ leafValue: withValue(forest.leafValue, 1, 0.8) })),
      sampleForest(forestWith({ feature: withValue(forest.feature, 0, 1) })),
      sampleForest(forestWith({ roots: Int32Array.of(0, 0) })),
      ISOLATION_FOREST,
      sampleIsolationForest(isolationForestWith({ offset: -0.4 })),
      sampleIsolationForest(isolationForestWith({ averagePathLength: 5 })),
      sampleIsolationForest({ threshold: 0.01 }),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe('a detector file with a window of traffic that there is none of is refused', () => {
  it.each([
    [{ windowMs: 0 }, 'description.traffic.windowMs '],
    [{ windowMs: null }, 'description.traffic.windowMs '],
    [{ minRequests: 1 }, 'description.traffic.minRequests '],
    [{ minRequests: 2.5 }, 'description.traffic.minRequests '],
    [{ more: 1 }, 'description.traffic.more '],
  ])('%j', (changes, place) => {
    const bytes = tampered(LEARNED, (metadata) => {
      const description = JSON.parse(metadata.detector);
      metadata.detector = JSON.stringify({
        ...description,
        traffic: { ...description.traffic, ...changes },
      });
    });
    expect(refusal(bytes)).toContain(place);
  });
});

describe('a damaged detector file is refused', () => {
  it('cut off after any number of bytes, or with a byte too many', () => {
    for (let length = 0; length < SMALL.bytes.length; length++) {
      refusal(sharedCopy(SMALL.bytes, length));
    }
    expect(refusal(sharedCopy(SMALL.bytes, SMALL.bytes.length + 1))).toContain(
      '1 bytes after the last tensor',
    );
  });

  it('with any single bit flipped', () => {
    const bytes = sharedCopy(SMALL.bytes);
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 1; bit < 256; bit <<= 1) {
        bytes[at] ^= bit;
        refusal(bytes);
        bytes[at] ^= bit;
      }
    }
    expect(readDetector(bytes).version).toBe(SMALL.version);
  });

  it('with another byte in the padding, unless it is white space too', () => {
    const detector = ['', 'x', 'xx', 'xxx']
      .map((title) => sampleOneClassSvm({ title }))
      .find(({ bytes }) => bytes[paddingAt(bytes)] === 0x20) as Detector;
    const bytes = sharedCopy(detector.bytes);
    const at = paddingAt(bytes);
    const accepted = [];
    for (let value = 0; value < 256; value++) {
      bytes[at] = value;
      if (![0x20, 0x09, 0x0a, 0x0d].includes(value)) refusal(bytes);
      else accepted.push(readDetector(bytes));
    }
    for (const read of accepted) {
      for (const part of [...PARTS, 'version'] as const) expect(read[part]).toEqual(detector[part]);
    }
  });

  it('saying that its content does not have the version that it names', () => {
    const bytes = tampered(SVM, (metadata) => {
      metadata.detector = metadata.detector.replace('(sample)', '(better)');
    });
    expect(refusal(bytes)).toMatch(
      new RegExp(`the content's hash is [0-9a-f]{16}, not ${SVM.version}: the file is damaged`),
    );
  });

  it('with a part of another detector', () => {
    const mean = withValue(SAMPLE_SCALER.mean, 0, 1);
    const bytes = tampered(SVM, (_, tensors) => {
      tensors.set('transforms.0.mean', { dtype: 'F64', shape: [9], data: mean });
    });
    expect(refusal(bytes)).toContain('the file is damaged');
  });

  it('of another format, or of none', () => {
    const format = (value: string | undefined) =>
      refusal(
        tampered(SVM, (metadata) => {
          if (value === undefined) delete metadata.format;
          else metadata.format = value;
        }),
      );
    expect(format(undefined)).toContain('expected format "anomaly-predictor/1", got "none"');
    expect(format('anomaly-predictor/2')).toContain('got "anomaly-predictor/2"');
  });

  it.each(['version', 'detector'])('without its "%s"', (key) => {
    const bytes = tampered(SVM, (metadata) => {
      delete metadata[key];
    });
    expect(refusal(bytes)).toContain('the metadata lack "version" or "detector"');
  });

  it.each([
    ['no JSON', '{', 'the description is not JSON'],
    ['no object', 'null', 'description expected Object, got null'],
    ['nothing in it', '{}', 'description.name is missing'],
  ])('with a description that has %s', (_, detector, message) => {
    expect(refusal(tampered(SVM, (metadata) => Object.assign(metadata, { detector })))).toContain(
      message,
    );
  });

  it('with something unknown in its description, by name', () => {
    const bytes = tampered(SVM, (metadata) => {
      metadata.detector = metadata.detector.replace('"threshold":0', '"threshold":0,"scaler":1');
    });
    expect(refusal(bytes)).toContain('description.scaler is not known');
  });

  it.each([
    ['transforms.0.mean', SVM],
    ['transforms.0.scale', SVM],
    ['svm.support_vectors', SVM],
    ['svm.coefficients', SVM],
    ['forest.roots', FOREST],
    ['forest.child', FOREST],
    ['forest.feature', FOREST],
    ['forest.threshold', FOREST],
    ['forest.leaf_value', FOREST],
  ])('without tensor "%s"', (name, detector) => {
    const bytes = tampered(detector, (_metadata, tensors) => {
      tensors.delete(name);
    });
    expect(refusal(bytes)).toContain(`tensor "${name}" is missing`);
  });

  it.each(['forest.roots', 'extra', '__proto__', 'constructor'])(
    'with a tensor "%s" that a One-Class SVM does not have',
    (name) => {
      const bytes = tampered(SVM, (_, tensors) => {
        tensors.set(name, { dtype: 'I32', shape: [1], data: Int32Array.of(0) });
      });
      expect(refusal(bytes)).toContain(`tensor "${name}" does not belong to this kind of detector`);
    },
  );

  it('with a tensor of the wrong type or shape', () => {
    const mean = (tensor: Tensor) =>
      refusal(tampered(SVM, (_, tensors) => void tensors.set('transforms.0.mean', tensor)));
    const name = 'tensor "transforms.0.mean" is';
    expect(mean({ dtype: 'F32', shape: [9], data: new Float32Array(9) })).toContain(
      `${name} F32 [9], expected F64 [9]`,
    );
    expect(mean({ dtype: 'F64', shape: [8], data: new Float64Array(8) })).toContain(
      `${name} F64 [8], expected F64 [9]`,
    );
    expect(mean({ dtype: 'F64', shape: [3, 3], data: new Float64Array(9) })).toContain(
      `${name} F64 [3,3], expected F64 [9]`,
    );
  });
});

describe('parts that do not fit each other are refused', () => {
  it('with a number in the description that is none', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refusalOf(() => sampleOneClassSvm({ threshold: value }))).toContain(
        'description.threshold expected number, got null',
      );
    }
    const bytes = tampered(SVM, (metadata) => {
      metadata.detector = metadata.detector.replace('"threshold":0', '"threshold":1e999');
    });
    expect(refusal(bytes)).toContain('threshold expected a finite number, got Infinity');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'with %d among the numbers of the scaler or the model, by place',
    (value) => {
      const { svm } = SVM.model as Extract<Model, { type: 'one-class-svm' }>;
      const mean = withValue(SAMPLE_SCALER.mean, 3, value);
      const scale = withValue(SAMPLE_SCALER.scale, 4, value);
      const supportVectors = withValue(svm.supportVectors, 5, value);
      const coefficients = withValue(svm.coefficients, 6, value);
      for (const [place, changes] of [
        ['transforms.0.mean[3]', scaledBy({ mean })],
        ['transforms.0.scale[4]', scaledBy({ scale })],
        ['svm.support_vectors[5]', svmWith({ supportVectors })],
        ['svm.coefficients[6]', svmWith({ coefficients })],
      ] as const) {
        expect(refusalOf(() => sampleOneClassSvm(changes))).toContain(`${place} is ${value}`);
      }
    },
  );

  it.each<[string, { columns?: number[]; quantiles?: number[] }, string]>([
    ['features out of order', { columns: [2, 1] }, 'columns[1] is 1'],
    ['a feature that there is not', { columns: [0, 9] }, 'columns[1] is 9'],
    ['quantiles that fall', { quantiles: [0, 1, 2, 4, 3, 5] }, 'quantiles[4] is below the one'],
    ['an infinite quantile', { quantiles: [0, 1, Infinity, 0, 1, 2] }, 'quantiles[2] is Infinity'],
    ['quantiles too far apart', { quantiles: [-1e308, 0, 1e308, 0, 1, 2] }, 'quantiles[2] is too'],
  ])(
    'with a quantile map of %s',
    (_, { columns = [0, 1], quantiles = [0, 1, 2, 0, 1, 2] }, what) => {
      const map = {
        type: 'quantile',
        nFeatures: 9,
        columns: Int32Array.from(columns),
        nQuantiles: 3,
        quantiles: Float64Array.from(quantiles),
      } as const;
      expect(refusalOf(() => sampleOneClassSvm({ transforms: [map] }))).toContain(
        `transforms.0.${what}`,
      );
    },
  );

  it.each([0, -1])('with a scale of %d', (value) => {
    const scale = withValue(SAMPLE_SCALER.scale, 2, value);
    expect(refusalOf(() => sampleForest(scaledBy({ scale })))).toContain(
      `transforms.0.scale[2] is ${value}`,
    );
  });

  it('with two features of one name', () => {
    const [first, , ...others] = SVM.schema.features;
    const schema = { features: [first, first, ...others] };
    expect(refusalOf(() => sampleOneClassSvm({ schema }))).toContain(
      'two features have the same name',
    );
  });

  it('with an encoder for other features, fewer, more or in another order', () => {
    const { encoder } = SVM;
    const [first, second, ...others] = encoder;
    for (const wrong of [
      [{ ...first, feature: 'other' }, second, ...others],
      [second, ...others],
      [...encoder, first],
      [second, first, ...others],
    ]) {
      expect(refusalOf(() => sampleOneClassSvm({ encoder: wrong }))).toContain(
        "the encoder's features differ from the schema's",
      );
    }
  });

  it('with a scaler for another number of features', () => {
    const mean = new Float64Array(8);
    const changes = scaledBy({ nFeatures: 8, mean, scale: mean.map(() => 1) });
    expect(refusalOf(() => sampleOneClassSvm(changes))).toContain(
      'tensor "transforms.0.mean" is F64 [8], expected F64 [9]',
    );
  });

  it('with a model for another number of features, or without support vectors', () => {
    const of = (nFeatures: number, nSupport: number) => () =>
      sampleOneClassSvm(
        svmWith({
          nFeatures,
          nSupport,
          supportVectors: new Float64Array(nFeatures * nSupport),
          coefficients: new Float64Array(nSupport),
        }),
      );
    expect(refusalOf(of(8, 2))).toContain('"svm.support_vectors" is F64 [2,8], expected F64 [2,9]');
    expect(refusalOf(of(9, 0))).toContain('there are no support vectors');
  });

  it('with parameters that no kernel has', () => {
    const kernel = { function: 'rbf', gamma: 1, coef0: 0, degree: 3 } as const;
    const wrong = (changes: object) =>
      refusalOf(() => sampleOneClassSvm(svmWith({ kernel: { ...kernel, ...changes } })));
    expect(wrong({ function: 'laplacian' })).toContain('description.model.kernel.function');
    expect(wrong({ gamma: -1 })).toContain('description.model.kernel.gamma expected >=0, got -1');
    expect(wrong({ degree: 1.5 })).toContain(
      'description.model.kernel.degree expected a whole number, got 1.5',
    );
    expect(wrong({ degree: -1 })).toContain('description.model.kernel.degree expected >=0, got -1');
    expect(wrong({ coef0: Number.NaN })).toContain(
      'description.model.kernel.coef0 expected number, got null',
    );
    expect(refusalOf(() => sampleOneClassSvm(svmWith({}, 0)))).toContain(
      'description.model.riskScale expected >0, got',
    );
  });

  it('with a forest that cannot be walked', () => {
    const { forest } = FOREST.model as Extract<Model, { type: 'forest' }>;
    const wrong = (changes: Partial<Forest>) => refusalOf(() => sampleForest(forestWith(changes)));
    expect(wrong({ child: withValue(forest.child, 0, 6) })).toContain('node 0: children 6 and 7');
    expect(wrong({ child: withValue(forest.child, 0, -1) })).toContain('node 0: child -1');
    expect(wrong({ child: withValue(forest.child, 5, 0) })).toContain('node 5: child 0');
    expect(wrong({ feature: withValue(forest.feature, 0, 9) })).toContain('node 0: feature 9');
    expect(wrong({ roots: Int32Array.of(0, 6) })).toContain('tree 1: root 6');
    expect(wrong({ nTrees: 0, roots: new Int32Array(0) })).toContain('has no trees');
    expect(wrong({ feature: forest.feature.slice(1) })).toContain('does not fill its 20 bytes');
  });

  it.each([1, -1, 1.5])("with a threshold of %d, outside of a forest's scores", (threshold) => {
    expect(refusalOf(() => sampleForest({ threshold }))).toContain(
      `threshold ${threshold} is not between -1 and 1`,
    );
  });

  it.each([
    [0, 0],
    [-1, 0],
    [-0.5, -0.5],
    [-0.5, 0.5],
  ])("with an isolation forest's border at %d + %d, where no score is", (offset, threshold) => {
    const make = () => sampleIsolationForest({ ...isolationForestWith({ offset }), threshold });
    expect(refusalOf(make)).toContain(
      `offset + threshold is ${offset + threshold}, not between -1 and 0`,
    );
  });

  it('with path lengths that there are not', () => {
    const { forest } = ISOLATION_FOREST.model as IsolationForestModel;
    const wrong = (changes: Partial<IsolationForestModel>) =>
      refusalOf(() => sampleIsolationForest(isolationForestWith(changes)));
    const leafValue = withValue(forest.leafValue, 1, -1);
    expect(wrong({ forest: { ...forest, leafValue } })).toContain('node 1: value -1');
    expect(wrong({ averagePathLength: 0 })).toContain(
      'description.model.averagePathLength expected >0, got 0',
    );
  });

  it.each(['', '../x', '/etc/x', 'a/b', '.hidden', 'a b', 'a\n', 'ä', 'x'.repeat(101)])(
    'with the name %j, which could not be a file name everywhere',
    (name) => {
      expect(refusalOf(() => sampleOneClassSvm({ name }))).toContain('description.name expected /');
    },
  );
});

/** Where the last byte of the header's padding is, if there is any. */
function paddingAt(bytes: Uint8Array<SharedArrayBuffer>): number {
  return 7 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
}
