// Takes the tensors of a detector file one by one and holds each to what is expected there.
import { AnomalyPredictorError } from '../errors.js';
import type { ArrayByDtype, Container } from './safetensors.js';

export interface Taker {
  <D extends keyof ArrayByDtype>(name: string, dtype: D, shape: readonly number[]): ArrayByDtype[D];
  has(name: string): boolean;
  /** Length of the first dimension of a tensor that is yet to be taken; 0 where there is none. */
  lengthOf(name: string): number;
  /** Throws where a tensor of the file was not asked for. */
  finish(): void;
}

/** @throws AnomalyPredictorError 'bad-detector-file' that names the tensor, from every part */
export function takerOf(tensors: Container['tensors']): Taker {
  const left = new Set(tensors.keys());
  const take = <D extends keyof ArrayByDtype>(
    name: string,
    dtype: D,
    shape: readonly number[],
  ): ArrayByDtype[D] => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw badDetector(`tensor "${name}" is missing`);
    if (tensor.dtype !== dtype || String(tensor.shape) !== String(shape)) {
      throw badDetector(
        `tensor "${name}" is ${tensor.dtype} [${tensor.shape}], expected ${dtype} [${shape}]`,
      );
    }
    left.delete(name);
    return tensor.data as ArrayByDtype[D];
  };
  const has = (name: string) => tensors.has(name);
  const lengthOf = (name: string) => tensors.get(name)?.shape[0] ?? 0;
  const finish = () => {
    for (const name of left) {
      throw badDetector(`tensor "${name}" does not belong to this kind of detector`);
    }
  };
  return Object.assign(take, { has, lengthOf, finish });
}

export function checkFinite(name: string, values: Float64Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw badDetector(`${name}[${at}] is ${values[at]}`);
}

export function badDetector(what: string, options?: ErrorOptions): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-detector-file',
    `not a usable detector: ${what}`,
    {},
    options,
  );
}
