// Trees as plain lists, for comparisons that show where they differ.
import type { DecisionTree } from '../../src/model/forest-layout.js';

export interface TreeLists {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly leafValue: readonly number[];
}

export function treeLists(tree: DecisionTree): TreeLists {
  return {
    left: [...tree.left],
    right: [...tree.right],
    feature: [...tree.feature],
    threshold: [...tree.threshold],
    leafValue: [...tree.leafValue],
  };
}
