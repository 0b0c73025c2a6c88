// What an ONNX file may have at most. Anything that the program would serve is far below.

export const LIMITS = {
  fileBytes: 512 * 2 ** 20,
  nodes: 200_000,
  /** Initializers, and inputs and outputs of the graph or of one node. */
  names: 200_000,
  dimensions: 8,
  features: 10_000,
  /** Numbers that the graph's arithmetic on the leaves of trees may take. */
  leafOperations: 2 ** 25,
} as const;
