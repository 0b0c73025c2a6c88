// The inputs of a graph as rows: one matrix, or a column for each feature.
import { showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import type { ElementType } from './format.js';
import { LIMITS } from './limits.js';
import type { GraphInput } from './read-model.js';
import type { Rows } from './values.js';

const ELEMENT_TYPES: readonly (ElementType | undefined)[] = ['float', 'double', 'int64', 'int32'];

/** Features are numbered in the order of the inputs. */
export function readInputs(
  inputs: readonly GraphInput[],
): readonly { readonly name: string; readonly rows: Rows }[] {
  if (inputs.length === 0) throw badModelFile('graph: it has no input');
  const widths = inputs.map(widthOf);
  const nFeatures = widths.reduce((sum, width) => sum + width, 0);
  if (nFeatures > LIMITS.features) {
    throw badModelFile(
      `graph: it takes ${nFeatures} features, at most ${LIMITS.features} are read`,
    );
  }
  let first = 0;
  return inputs.map(({ name, elementType }, i) => {
    const start = first;
    first += widths[i];
    const isFloat32 = elementType === 'float';
    const rows: Rows = {
      kind: 'rows',
      elementType: elementType as ElementType,
      nFeatures,
      transforms: [],
      columns: Int32Array.from({ length: widths[i] }, (_, column) => start + column),
      isFloat32,
      roundingIsDue: isFloat32,
    };
    return { name, rows };
  });
}

function widthOf({ name, elementType, dimensions }: GraphInput): number {
  const fail = (what: string) => badModelFile(`input ${showValue(name)}: ${what}`);
  if (!ELEMENT_TYPES.includes(elementType)) {
    throw fail(`elements of ${elementType ?? 'an unknown type'} are not supported`);
  }
  const [, nColumns] = dimensions;
  if (dimensions.length !== 2 || nColumns === undefined || nColumns < 1) {
    const shown = dimensions.map((length) => length ?? '?').join(' × ');
    throw fail(`its shape ${shown || 'is open'} does not say how many features it has`);
  }
  return nColumns;
}
