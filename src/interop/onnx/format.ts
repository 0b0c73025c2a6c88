// Field numbers of onnx.proto by message, and the enumerations behind two of them (onnx/onnx.proto, IR version 10).

export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  operatorSet: 8,
  metadata: 14,
  function: 25,
} as const;
export const OPERATOR_SET = { domain: 1, version: 2 } as const;
export const METADATA_ENTRY = { key: 1, value: 2 } as const;
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  sparseInitializer: 15,
} as const;
export const NODE = {
  input: 1,
  output: 2,
  name: 3,
  operator: 4,
  attribute: 5,
  domain: 7,
} as const;
export const FUNCTION = {
  name: 1,
  input: 4,
  output: 5,
  node: 7,
  operatorSet: 9,
  domain: 10,
} as const;
export const ATTRIBUTE = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  type: 20,
} as const;
export const TENSOR = {
  dimensions: 1,
  elementType: 2,
  segment: 3,
  floats: 4,
  int32s: 5,
  strings: 6,
  int64s: 7,
  name: 8,
  rawData: 9,
  doubles: 10,
  externalData: 13,
  dataLocation: 14,
} as const;
export const VALUE_INFO = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1 } as const;
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
export const SHAPE = { dimension: 1 } as const;
export const DIMENSION = { value: 1, parameter: 2 } as const;

/** AttributeProto.AttributeType of the attributes that are read and written. */
export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
export type AttributeType = keyof typeof ATTRIBUTE_TYPES;
/** Graphs within nodes are written only. */
export const WRITTEN_ATTRIBUTE_TYPES = { ...ATTRIBUTE_TYPES, graph: 5 } as const;

/** TensorProto.DataType of the elements that are read and written. */
export const ELEMENT_TYPES = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  double: 11,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

const ELEMENT_TYPE_NAMES = new Map(
  Object.entries(ELEMENT_TYPES).map(([name, code]) => [code as number, name as ElementType]),
);

export function elementTypeOf(code: number): ElementType | undefined {
  return ELEMENT_TYPE_NAMES.get(code);
}

export const ML_DOMAIN = 'ai.onnx.ml';
