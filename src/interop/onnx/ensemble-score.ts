// What trees say together, whichever operator holds them.
import { showValue } from '../../errors.js';
import type { NodeAttributes } from './node-attributes.js';
import type { LeafTable, Rows, Score } from './values.js';

/** A share times the number of trees is this near to 1 where a leaf is pure, by the type of the share. */
const ROUNDING = { float: 2 ** -22, double: 2 ** -50 } as const;

/**
 * The sum or the mean of the trees, as the mean of their leaves' values: `weights` of trees that are summed are
 * multiplied by the number of trees.
 */
export function meanOfTrees(
  tables: readonly LeafTable[],
  aggregate: 'SUM' | 'AVERAGE',
  weightType: 'float' | 'double',
): Score {
  const nTrees = tables.length;
  const members =
    aggregate === 'AVERAGE'
      ? tables
      : tables.map(({ tree, cells }) => ({
          tree,
          cells: cells.map((weight) => snapToOne(weight * nTrees, ROUNDING[weightType])),
        }));
  return {
    kind: 'score',
    elementType: weightType,
    base: { type: 'mean-leaf-value', members },
    factor: 1,
    offset: 0,
  };
}

/** Trees ask for numbers; @throws AnomalyPredictorError 'bad-model-file' for rows of another kind */
export function treesTake({ elementType }: Rows, attributes: NodeAttributes): void {
  if (elementType === 'string' || elementType === 'bool') {
    throw attributes.fail('nodes_values', `rows of ${showValue(elementType)} are not supported`);
  }
}

function snapToOne(value: number, rounding: number): number {
  return Math.abs(value - 1) <= rounding ? 1 : value;
}
