// Whoever walks through a value that was read must come to an end: a value never holds itself, is not
// too deep for recursion, and sharing does not make it explode (a list of ten times the same list of
// ten times the same list, …).
import { badModelFile } from '../model-file-error.js';
import type { PickleLimits } from './limits.js';
import {
  NumpyArray,
  PickleDict,
  PickleObject,
  PickleSequence,
  type PickleValue,
} from './values.js';

interface Extent {
  depth: number;
  /** Values and bytes that a walk meets, shared ones as often as they are referred to. */
  walked: number;
}

/** @throws AnomalyPredictorError `bad-model-file` that names the limit */
export function checkExtent(root: PickleValue, limits: PickleLimits, fileBytes: number): void {
  const mostWalked = limits.walkedValues + fileBytes;
  const extents = new Map<PickleValue, Extent>();
  /** The way from the root to the value that is being looked at, each with its children to come. */
  const path: { value: PickleValue; children: Iterator<PickleValue>; extent: Extent }[] = [];
  const onPath = new Set<PickleValue>();

  const enter = (value: PickleValue): void => {
    if (onPath.has(value)) throw badModelFile('pickle: a value that holds itself');
    if (path.length >= limits.depth) throw beyond('depth', limits.depth);
    onPath.add(value);
    path.push({ value, children: childrenOf(value), extent: { depth: 1, walked: sizeOf(value) } });
  };
  const walk = (extent: Extent, walked: number): void => {
    extent.walked += walked;
    if (extent.walked > mostWalked) throw beyond('walkedValues', mostWalked);
  };
  const count = (into: Extent, child: Extent): void => {
    into.depth = Math.max(into.depth, child.depth + 1);
    walk(into, child.walked);
  };

  enter(root);
  while (path.length > 0) {
    const { value, children, extent } = path[path.length - 1];
    const next = children.next();
    if (next.done) {
      path.pop();
      onPath.delete(value);
      extents.set(value, extent);
      if (path.length > 0) count(path[path.length - 1].extent, extent);
    } else if (isLeaf(next.value)) {
      walk(extent, sizeOf(next.value));
    } else {
      const known = extents.get(next.value);
      if (known === undefined) enter(next.value);
      else {
        if (path.length + known.depth > limits.depth) throw beyond('depth', limits.depth);
        count(extent, known);
      }
    }
  }
}

/** Of the value itself, without what it holds. */
function sizeOf(value: PickleValue): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return 1 + value.length;
  return value instanceof NumpyArray ? 1 + value.data.length : 1;
}

function isLeaf(value: PickleValue): boolean {
  return (
    !(value instanceof PickleSequence) &&
    !(value instanceof PickleDict) &&
    !(value instanceof PickleObject) &&
    !(value instanceof NumpyArray)
  );
}

function* childrenOf(value: PickleValue): Generator<PickleValue, undefined> {
  if (value instanceof PickleSequence) yield* value.items;
  if (value instanceof PickleDict) yield* value.entries.values();
  if (value instanceof PickleObject) {
    yield* value.args;
    if (value.state !== undefined) yield* value.state.values();
  }
  if (value instanceof NumpyArray && !(value.data instanceof Uint8Array)) yield* value.data;
  return undefined;
}

function beyond(limit: keyof PickleLimits, most: number) {
  return badModelFile(`pickle: beyond the limit "${limit}" of ${most}`);
}
