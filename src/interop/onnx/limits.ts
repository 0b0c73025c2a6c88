// What an ONNX file may have at most. Anything that the program would serve is far below.

export const LIMITS = {
  fileBytes: 256 * 2 ** 20,
  nodes: 200_000,
  /** Initializers, and inputs and outputs of the graph or of one node. */
  names: 200_000,
  /** Attributes of a node; functions, metadata and operator sets of the model. */
  entries: 1_000,
  dimensions: 8,
  /** Of a tensor that has them one by one, where a byte may be a number. */
  integers: 2 ** 22,
  features: 10_000,
  /** Numbers that the graph's arithmetic on the leaves of trees may take. */
  leafOperations: 2 ** 25,
} as const;
