// Plain descriptions of nodes, tensors and graphs to the bytes of an ONNX file.
import {
  ATTRIBUTE,
  DIMENSION,
  ELEMENT_TYPES,
  FUNCTION,
  GRAPH,
  METADATA_ENTRY,
  MODEL,
  NODE,
  OPERATOR_SET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
  WRITTEN_ATTRIBUTE_TYPES,
} from './format.js';
import {
  type MessageWriter,
  message,
  writeBytes,
  writeFloat,
  writeInteger,
  writeText,
} from './write-message.js';

const ARRAY_TYPES = {
  float: Float32Array,
  double: Float64Array,
  int64: BigInt64Array,
} as const;
type NumberType = keyof typeof ARRAY_TYPES;

export interface TensorData {
  readonly elementType: NumberType;
  /** None for a scalar. */
  readonly dimensions: readonly number[];
  readonly values: ArrayLike<number>;
}

export type AttributeData =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly tensor: TensorData }
  | { readonly graph: GraphData }
  | { readonly floats: ArrayLike<number> }
  | { readonly ints: ArrayLike<number> }
  | { readonly strings: readonly string[] };

export interface NodeData {
  readonly operator: string;
  /** @default '' ONNX itself */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeData>>;
}

export interface FunctionData {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeData[];
  readonly operatorSets: OperatorSets;
}

/** Version by domain; '' is ONNX itself. */
export type OperatorSets = Readonly<Record<string, number>>;

export interface PortData {
  readonly name: string;
  readonly elementType: keyof typeof ELEMENT_TYPES;
  /** Names stand for lengths that are left open; no shape, for one that is itself. */
  readonly shape?: readonly (number | string)[];
}

export interface GraphData {
  readonly graphName: string;
  readonly inputs: readonly PortData[];
  readonly outputs: readonly PortData[];
  readonly nodes: readonly NodeData[];
  readonly initializers: Readonly<Record<string, TensorData>>;
}

export interface ModelData extends GraphData {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly operatorSets: OperatorSets;
  readonly metadata: Readonly<Record<string, string>>;
  readonly functions: readonly FunctionData[];
}

/** The bytes of a model file. */
export function encodeOnnxModel(model: ModelData): Uint8Array {
  return message((writer) => {
    writeInteger(writer, MODEL.irVersion, model.irVersion);
    writeText(writer, MODEL.producerName, model.producerName);
    writeText(writer, MODEL.producerVersion, model.producerVersion);
    writeBytes(writer, MODEL.graph, encodeGraph(model));
    writeOperatorSets(writer, MODEL.operatorSet, model.operatorSets);
    for (const [key, value] of Object.entries(model.metadata)) {
      const entry = message((inner) => {
        writeText(inner, METADATA_ENTRY.key, key);
        writeText(inner, METADATA_ENTRY.value, value);
      });
      writeBytes(writer, MODEL.metadata, entry);
    }
    for (const each of model.functions) writeBytes(writer, MODEL.function, encodeFunction(each));
  });
}

export function encodeFunction(data: FunctionData): Uint8Array {
  return message((writer) => {
    writeText(writer, FUNCTION.name, data.name);
    for (const input of data.inputs) writeText(writer, FUNCTION.input, input);
    for (const output of data.outputs) writeText(writer, FUNCTION.output, output);
    for (const node of data.nodes) writeBytes(writer, FUNCTION.node, encodeNode(node));
    writeOperatorSets(writer, FUNCTION.operatorSet, data.operatorSets);
    writeText(writer, FUNCTION.domain, data.domain);
  });
}

function encodeGraph({ graphName, inputs, outputs, nodes, initializers }: GraphData): Uint8Array {
  return message((writer) => {
    for (const node of nodes) writeBytes(writer, GRAPH.node, encodeNode(node));
    writeText(writer, GRAPH.name, graphName);
    for (const [name, tensor] of Object.entries(initializers)) {
      writeBytes(writer, GRAPH.initializer, encodeTensor(tensor, name));
    }
    for (const input of inputs) writeBytes(writer, GRAPH.input, encodePort(input));
    for (const output of outputs) writeBytes(writer, GRAPH.output, encodePort(output));
  });
}

function encodeNode({ operator, domain, inputs, outputs, attributes = {} }: NodeData): Uint8Array {
  return message((writer) => {
    for (const input of inputs) writeText(writer, NODE.input, input);
    for (const output of outputs) writeText(writer, NODE.output, output);
    writeText(writer, NODE.operator, operator);
    for (const [name, data] of Object.entries(attributes)) {
      writeBytes(writer, NODE.attribute, encodeAttribute(name, data));
    }
    if (domain !== undefined) writeText(writer, NODE.domain, domain);
  });
}

function encodeAttribute(name: string, data: AttributeData): Uint8Array {
  return message((writer) => {
    writeText(writer, ATTRIBUTE.name, name);
    if ('float' in data) writeFloat(writer, ATTRIBUTE.float, data.float);
    else if ('int' in data) writeInteger(writer, ATTRIBUTE.int, data.int);
    else if ('string' in data) writeText(writer, ATTRIBUTE.string, data.string);
    else if ('tensor' in data) writeBytes(writer, ATTRIBUTE.tensor, encodeTensor(data.tensor, ''));
    else if ('graph' in data) writeBytes(writer, ATTRIBUTE.graph, encodeGraph(data.graph));
    else if ('floats' in data) {
      for (let i = 0; i < data.floats.length; i++) {
        writeFloat(writer, ATTRIBUTE.floats, data.floats[i]);
      }
    } else if ('ints' in data) {
      for (let i = 0; i < data.ints.length; i++) {
        writeInteger(writer, ATTRIBUTE.ints, data.ints[i]);
      }
    } else for (const text of data.strings) writeText(writer, ATTRIBUTE.strings, text);
    const [type] = Object.keys(data) as (keyof typeof WRITTEN_ATTRIBUTE_TYPES)[];
    writeInteger(writer, ATTRIBUTE.type, WRITTEN_ATTRIBUTE_TYPES[type]);
  });
}

function encodeTensor({ elementType, dimensions, values }: TensorData, name: string): Uint8Array {
  const array =
    elementType === 'int64'
      ? BigInt64Array.from(Array.from(values, BigInt))
      : ARRAY_TYPES[elementType].from(values);
  return message((writer) => {
    for (const length of dimensions) writeInteger(writer, TENSOR.dimensions, length);
    writeInteger(writer, TENSOR.elementType, ELEMENT_TYPES[elementType]);
    if (name !== '') writeText(writer, TENSOR.name, name);
    writeBytes(writer, TENSOR.rawData, new Uint8Array(array.buffer));
  });
}

function encodePort({ name, elementType, shape }: PortData): Uint8Array {
  const tensor = message((writer) => {
    writeInteger(writer, TENSOR_TYPE.elementType, ELEMENT_TYPES[elementType]);
    if (shape !== undefined) writeBytes(writer, TENSOR_TYPE.shape, encodeShape(shape));
  });
  return message((writer) => {
    writeText(writer, VALUE_INFO.name, name);
    const type = message((inner) => writeBytes(inner, TYPE.tensor, tensor));
    writeBytes(writer, VALUE_INFO.type, type);
  });
}

function encodeShape(shape: readonly (number | string)[]): Uint8Array {
  return message((writer) => {
    for (const length of shape) {
      const dimension = message((inner) => {
        if (typeof length === 'string') writeText(inner, DIMENSION.parameter, length);
        else writeInteger(inner, DIMENSION.value, length);
      });
      writeBytes(writer, SHAPE.dimension, dimension);
    }
  });
}

function writeOperatorSets(writer: MessageWriter, field: number, operatorSets: OperatorSets): void {
  for (const [domain, version] of Object.entries(operatorSets)) {
    const bytes = message((inner) => {
      writeText(inner, OPERATOR_SET.domain, domain);
      writeInteger(inner, OPERATOR_SET.version, version);
    });
    writeBytes(writer, field, bytes);
  }
}
