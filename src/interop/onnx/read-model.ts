// A ModelProto as plain data: inputs, nodes with their attributes, initial values, outputs. Nothing is computed here.
import { badModelFile } from '../model-file-error.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPES,
  type AttributeType,
  DIMENSION,
  type ElementType,
  elementTypeOf,
  GRAPH,
  METADATA_ENTRY,
  MODEL,
  NODE,
  OPERATOR_SET,
  SHAPE,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './format.js';
import { LIMITS } from './limits.js';
import { NumberList } from './number-list.js';
import { readMessage } from './read-message.js';
import { type OnnxTensor, readTensor } from './tensor.js';

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version by domain; '' is ONNX itself. */
  readonly operatorSets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly initializers: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
  /** FunctionProtos as they stand in the file. */
  readonly functions: readonly Uint8Array[];
}

export interface GraphInput {
  readonly name: string;
  /** Undefined where it is no tensor. */
  readonly elementType: ElementType | undefined;
  /** Undefined for lengths that the file leaves open. */
  readonly dimensions: readonly (number | undefined)[];
}

export interface OnnxNode {
  /** For messages: where the node is, and what it computes. */
  readonly place: string;
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface AttributeValues {
  readonly float: number;
  readonly int: number;
  readonly string: string;
  readonly tensor: OnnxTensor;
  readonly floats: Float32Array;
  readonly ints: Int32Array;
  readonly strings: readonly string[];
}

/** Whatever of its kinds of values the file has. */
export interface Attribute extends Partial<AttributeValues> {
  readonly type: AttributeType;
}

/** @throws AnomalyPredictorError 'bad-model-file' that names the place and what stands there */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  if (bytes.length > LIMITS.fileBytes) {
    throw badModelFile(`the file has ${bytes.length} bytes, at most ${LIMITS.fileBytes} are read`);
  }
  let irVersion = 0;
  let producerName = '';
  let producerVersion = '';
  let graph: Uint8Array | undefined;
  const operatorSets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: Uint8Array[] = [];
  readMessage(bytes, 'model', (field) => {
    if (field.number === MODEL.irVersion) irVersion = field.integer();
    else if (field.number === MODEL.producerName) producerName = field.text();
    else if (field.number === MODEL.producerVersion) producerVersion = field.text();
    else if (field.number === MODEL.graph) graph = field.bytes();
    else if (field.number === MODEL.operatorSet) addOperatorSet(operatorSets, field.bytes());
    else if (field.number === MODEL.metadata) addMetadata(metadata, field.bytes());
    else if (field.number === MODEL.function) {
      push(functions, field.bytes(), LIMITS.entries, 'functions');
    }
  });
  if (graph === undefined) throw badModelFile('not an ONNX file: it has no graph');
  const head = { irVersion, producerName, producerVersion, operatorSets, metadata, functions };
  return { ...head, ...readGraph(graph) };
}

function readGraph(bytes: Uint8Array) {
  const inputs: GraphInput[] = [];
  const outputs: string[] = [];
  const initializers: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  readMessage(bytes, 'graph', (field) => {
    if (field.number === GRAPH.node) {
      push(nodes, readNode(field.bytes(), nodes.length), LIMITS.nodes, 'nodes');
    } else if (field.number === GRAPH.initializer) {
      const tensor = readTensor(field.bytes(), `initializer ${initializers.length}`);
      push(initializers, tensor, LIMITS.names, 'initializers');
    } else if (field.number === GRAPH.input) {
      push(inputs, readInput(field.bytes()), LIMITS.names, 'inputs');
    } else if (field.number === GRAPH.output) {
      push(outputs, readInput(field.bytes()).name, LIMITS.names, 'outputs');
    } else if (field.number === GRAPH.sparseInitializer) {
      throw badModelFile('graph: sparse initializers are not supported');
    }
  });
  return { inputs, outputs, initializers, nodes };
}

function readNode(bytes: Uint8Array, index: number): OnnxNode {
  let name = '';
  let operator = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Uint8Array[] = [];
  readMessage(bytes, `node ${index}`, (field) => {
    if (field.number === NODE.name) name = field.text();
    else if (field.number === NODE.operator) operator = field.text();
    else if (field.number === NODE.domain) domain = field.text();
    else if (field.number === NODE.input) push(inputs, field.text(), LIMITS.names, 'inputs');
    else if (field.number === NODE.output) push(outputs, field.text(), LIMITS.names, 'outputs');
    else if (field.number === NODE.attribute)
      push(attributes, field.bytes(), LIMITS.entries, 'attributes');
  });
  const place = `node ${index} (${operator}${name === '' ? '' : ` ${JSON.stringify(name)}`})`;
  const read = new Map<string, Attribute>();
  for (const attribute of attributes) {
    const [attributeName, value] = readAttribute(attribute, place);
    if (read.has(attributeName)) throw badModelFile(`${place}: two attributes "${attributeName}"`);
    read.set(attributeName, value);
  }
  return { place, operator, domain, inputs, outputs, attributes: read };
}

const TYPE_BY_CODE = new Map(
  Object.entries(ATTRIBUTE_TYPES).map(([type, code]) => [code as number, type as AttributeType]),
);

function readAttribute(bytes: Uint8Array, nodePlace: string): [string, Attribute] {
  let name = '';
  let code: number | undefined;
  let tensor: Uint8Array | undefined;
  const single: { float?: number; int?: number; string?: string } = {};
  const floats = new NumberList(Float32Array);
  const ints = new NumberList(Int32Array);
  const strings = new TextList();
  readMessage(bytes, `${nodePlace}: attribute`, (field) => {
    if (field.number === ATTRIBUTE.name) name = field.text();
    else if (field.number === ATTRIBUTE.type) code = field.integer();
    else if (field.number === ATTRIBUTE.float) single.float = field.float();
    else if (field.number === ATTRIBUTE.int) single.int = field.integer();
    else if (field.number === ATTRIBUTE.string) single.string = field.text();
    else if (field.number === ATTRIBUTE.tensor) tensor = field.bytes();
    else if (field.number === ATTRIBUTE.floats) field.floatsInto(floats);
    else if (field.number === ATTRIBUTE.ints) field.integersInto(ints);
    else if (field.number === ATTRIBUTE.strings) strings.push(field.text());
  });
  const place = `${nodePlace}: attribute "${name}"`;
  const type = TYPE_BY_CODE.get(code ?? 0);
  if (type === undefined) throw badModelFile(`${place}: type ${code ?? 'none'} is not supported`);
  const value = {
    ...single,
    tensor: tensor === undefined ? undefined : readTensor(tensor, place),
    floats: floats.values,
    ints: ints.values,
    strings: strings.texts,
  };
  return [name, { type, [type]: value[type] }];
}

/** Nodes of trees name their modes over and over: each text is kept once. */
class TextList {
  readonly texts: string[] = [];
  readonly #known = new Map<string, string>();

  push(text: string): void {
    const known = this.#known.get(text);
    if (known === undefined) this.#known.set(text, text);
    this.texts.push(known ?? text);
  }
}

function readInput(bytes: Uint8Array): GraphInput {
  let name = '';
  let type: Uint8Array | undefined;
  readMessage(bytes, 'input or output', (field) => {
    if (field.number === VALUE_INFO.name) name = field.text();
    else if (field.number === VALUE_INFO.type) type = field.bytes();
  });
  const place = `input "${name}"`;
  let elementType: ElementType | undefined;
  let shape: Uint8Array = new Uint8Array(0);
  readNested(type, TYPE.tensor, place, (tensorType) =>
    readMessage(tensorType, place, (field) => {
      if (field.number === TENSOR_TYPE.elementType) elementType = elementTypeOf(field.integer());
      else if (field.number === TENSOR_TYPE.shape) shape = field.bytes();
    }),
  );
  const dimensions: (number | undefined)[] = [];
  readNested(shape, SHAPE.dimension, place, (dimension) => {
    let value: number | undefined;
    readMessage(dimension, place, (field) => {
      if (field.number === DIMENSION.value) value = field.integer();
    });
    push(dimensions, value, LIMITS.dimensions, 'dimensions');
  });
  return { name, elementType, dimensions };
}

/** Every message in field `wanted` of the message in `bytes`. */
function readNested(
  bytes: Uint8Array | undefined,
  wanted: number,
  place: string,
  onMessage: (bytes: Uint8Array) => void,
): void {
  readMessage(bytes ?? new Uint8Array(0), place, (field) => {
    if (field.number === wanted) onMessage(field.bytes());
  });
}

function addOperatorSet(operatorSets: Map<string, number>, bytes: Uint8Array): void {
  let domain = '';
  let version = 0;
  readMessage(bytes, 'operator set', (field) => {
    if (field.number === OPERATOR_SET.domain) domain = field.text();
    else if (field.number === OPERATOR_SET.version) version = field.integer();
  });
  operatorSets.set(domain, version);
  if (operatorSets.size > LIMITS.entries) throw tooMany(LIMITS.entries, 'operator sets');
}

function addMetadata(metadata: Map<string, string>, bytes: Uint8Array): void {
  let key = '';
  let value = '';
  readMessage(bytes, 'metadata', (field) => {
    if (field.number === METADATA_ENTRY.key) key = field.text();
    else if (field.number === METADATA_ENTRY.value) value = field.text();
  });
  metadata.set(key, value);
  if (metadata.size > LIMITS.entries) throw tooMany(LIMITS.entries, 'metadata');
}

function push<T>(list: T[], item: T, most: number, what: string): void {
  if (list.length >= most) throw tooMany(most, what);
  list.push(item);
}

function tooMany(most: number, what: string) {
  return badModelFile(`there are more than ${most} ${what}`);
}
