// How the functions of exported models are put together: nodes, constants, and what all of them have in common.
import type { AttributeData, FunctionData, NodeData } from './write-model.js';

export const FUNCTION_DOMAIN = 'anomaly-predictor';
/** Of ONNX itself; the last before operators take their axes as inputs. */
export const OPERATOR_SET = 15;

export function define(
  name: string,
  inputs: readonly string[],
  nodes: readonly NodeData[],
): FunctionData {
  const operatorSets = { '': OPERATOR_SET };
  return { name, domain: FUNCTION_DOMAIN, inputs, outputs: ['Y'], nodes, operatorSets };
}

export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeData>> = {},
): NodeData {
  return { operator, inputs, outputs: [output], attributes };
}

export function constant(name: string, value: number, elementType: 'double' | 'int64' = 'double') {
  const tensor = { elementType, dimensions: [1], values: [value] };
  return node('Constant', [], name, { value: { tensor } });
}

export function alongAxis(axis: number): Readonly<Record<string, AttributeData>> {
  return { axes: { ints: [axis] }, keepdims: { int: 1 } };
}
