// The attributes of one node, each taken by name and type; those that nobody takes are refused.
import { showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import type { AttributeType } from './format.js';
import type { Attribute, AttributeValues, OnnxNode } from './read-model.js';
import type { OnnxTensor } from './tensor.js';

export class NodeAttributes {
  readonly #place: string;
  readonly #left: Map<string, Attribute>;

  constructor({ place, attributes }: OnnxNode) {
    this.#place = place;
    this.#left = new Map(attributes);
  }

  /** Undefined where the node has no such attribute. */
  take<T extends AttributeType>(name: string, type: T): AttributeValues[T] | undefined {
    const attribute = this.#left.get(name);
    if (attribute === undefined) return undefined;
    this.#left.delete(name);
    const value = attribute[type];
    if (attribute.type !== type || value === undefined) {
      throw this.fail(name, `expected ${type}, got ${attribute.type}`);
    }
    return value as AttributeValues[T];
  }

  require<T extends AttributeType>(name: string, type: T): AttributeValues[T] {
    const value = this.take(name, type);
    if (value === undefined) throw this.fail(name, `expected ${type}, the node has none`);
    return value;
  }

  /** Numbers of a tensor, whatever its shape. */
  numbers(tensor: OnnxTensor, name: string): Float64Array {
    if (tensor.values instanceof Float64Array) return tensor.values;
    throw this.fail(name, 'expected numbers, got texts');
  }

  /** Refuses any value but `only`, which is also the default. */
  expect(name: string, type: 'int' | 'string', only: number | string): void {
    const value = this.take(name, type) ?? only;
    if (value !== only) {
      throw this.fail(name, `${showValue(value)} is not supported, only ${showValue(only)} is`);
    }
  }

  /** For what changes no result. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#left.delete(name);
  }

  /** @throws AnomalyPredictorError 'bad-model-file' where an attribute is left */
  finish(): void {
    for (const name of this.#left.keys()) throw this.fail(name, 'it is not supported');
  }

  fail(name: string, what: string) {
    return badModelFile(`${this.#place}: attribute "${name}": ${what}`);
  }
}
