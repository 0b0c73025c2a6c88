// Functions of exported models that change some columns and leave the others: `columns`, [columns × 1] int64, says
// which. What they compute is theirs by column, [columns × rows].
import { constant, define, node } from './define-function.js';
import { ELEMENT_TYPES } from './format.js';
import type { FunctionData, NodeData } from './write-model.js';

/** `nodes` make y out of x. */
function onColumns(name: string, inputs: readonly string[], nodes: readonly NodeData[]) {
  const swap = { perm: { ints: [1, 0] } };
  return define(
    name,
    ['X', 'columns', ...inputs],
    [
      node('Transpose', ['X'], 'features', swap),
      node('GatherND', ['features', 'columns'], 'x'),
      ...nodes,
      node('ScatterND', ['features', 'columns', 'y'], 'changed'),
      node('Transpose', ['changed'], 'Y', swap),
    ],
  );
}

/** With u = 1 + |x| as it is rounded: log u + (|x| − (u − 1)) / u, which restores what the rounding took. */
export const LOG1P: FunctionData = onColumns(
  'Log1p',
  [],
  [
    constant('one', 1),
    node('Abs', ['x'], 'magnitudes'),
    node('Add', ['magnitudes', 'one'], 'u'),
    node('Sub', ['u', 'one'], 'added'),
    node('Sub', ['magnitudes', 'added'], 'lost'),
    node('Div', ['lost', 'u'], 'correction'),
    node('Log', ['u'], 'rounded'),
    node('Add', ['rounded', 'correction'], 'logarithms'),
    node('Sign', ['x'], 'signs'),
    node('Mul', ['signs', 'logarithms'], 'y'),
  ],
);

const TO_DOUBLE = { to: { int: ELEMENT_TYPES.double } };
const PLACES = { elementType: 'int64' } as const;
const LENGTH = { elementType: 'int64', shape: [1] } as const;
const FLAG = { elementType: 'bool', shape: [1] } as const;

/**
 * One step of two binary searches, for every x at once: for the last quantile that is not above x, which is among
 * the `length` from `from` on, and for the last that is below x, among as many from `fromBelow` on.
 */
const SEARCH_STEP = {
  graphName: 'SearchStep',
  inputs: [
    { name: 'step', elementType: 'int64', shape: [] } as const,
    { name: 'isOn', ...FLAG },
    { name: 'from', ...PLACES },
    { name: 'fromBelow', ...PLACES },
    { name: 'length', ...LENGTH },
  ],
  outputs: [
    { name: 'goesOn', ...FLAG },
    { name: 'nextFrom', ...PLACES },
    { name: 'nextFromBelow', ...PLACES },
    { name: 'nextLength', ...LENGTH },
  ],
  nodes: [
    node('Div', ['length', 'twoPlaces'], 'half'),
    node('Sub', ['length', 'half'], 'nextLength'),
    node('Greater', ['nextLength', 'onePlace'], 'goesOn'),
    ...halve('LessOrEqual', 'from', 'nextFrom'),
    ...halve('Less', 'fromBelow', 'nextFromBelow'),
  ],
  initializers: {},
};

function halve(comparison: string, from: string, next: string): readonly NodeData[] {
  const [middle, quantile, isPassed] = [`${next}Middle`, `${next}Quantile`, `${next}IsPassed`];
  return [
    node('Add', [from, 'half'], middle),
    node('GatherElements', ['quantiles', middle], quantile, { axis: { int: 1 } }),
    node(comparison, [quantile, 'x'], isPassed),
    node('Where', [isPassed, middle, from], next),
  ];
}

/**
 * `quantiles` are [columns × quantiles]. Between `floor`, the last one that is not above x, and `ceiling`, the first
 * that is not below it, the share grows linearly; where they are equal, their shares' middle is x's. The last
 * quantile is not searched, so that every place has one behind it: what is beyond an end has the share of the end.
 */
export const QUANTILE_MAP: FunctionData = onColumns(
  'QuantileMap',
  ['quantiles'],
  [
    constant('zero', 0),
    constant('oneHalf', 0.5),
    constant('one', 1),
    // The smallest number that a share can be divided by.
    constant('least', 2 ** -1022),
    constant('firstPlace', 0, 'int64'),
    constant('onePlace', 1, 'int64'),
    constant('twoPlaces', 2, 'int64'),
    node('Shape', ['quantiles'], 'nQuantiles', { start: { int: 1 } }),
    node('Sub', ['nQuantiles', 'onePlace'], 'lastPlace'),

    node('Shape', ['x'], 'shape'),
    node('Expand', ['firstPlace', 'shape'], 'firstPlaces'),
    node('Greater', ['lastPlace', 'onePlace'], 'isSearched'),
    {
      operator: 'Loop',
      inputs: ['', 'isSearched', 'firstPlaces', 'firstPlaces', 'lastPlace'],
      outputs: ['floorPlace', 'placeBelow', 'searchedLength'],
      attributes: { body: { graph: SEARCH_STEP } },
    },
    node('Add', ['placeBelow', 'onePlace'], 'ceilingPlace'),
    node('GatherElements', ['quantiles', 'floorPlace'], 'floor', { axis: { int: 1 } }),
    node('GatherElements', ['quantiles', 'ceilingPlace'], 'ceiling', { axis: { int: 1 } }),

    node('Cast', ['lastPlace'], 'nSteps', TO_DOUBLE),
    node('Div', ['one', 'nSteps'], 'step'),
    node('Cast', ['floorPlace'], 'floorSteps', TO_DOUBLE),
    node('Mul', ['floorSteps', 'step'], 'floorShare'),
    node('Cast', ['ceilingPlace'], 'ceilingSteps', TO_DOUBLE),
    node('Mul', ['ceilingSteps', 'step'], 'roundedShare'),
    node('Equal', ['ceilingPlace', 'lastPlace'], 'isLast'),
    node('Where', ['isLast', 'one', 'roundedShare'], 'ceilingShare'),

    node('Sub', ['ceiling', 'floor'], 'gap'),
    node('Max', ['gap', 'least'], 'width'),
    node('Sub', ['ceilingShare', 'floorShare'], 'rise'),
    node('Div', ['rise', 'width'], 'slope'),
    node('Sub', ['x', 'floor'], 'above'),
    node('Mul', ['slope', 'above'], 'risen'),
    node('Add', ['risen', 'floorShare'], 'up'),
    node('Sub', ['ceiling', 'x'], 'below'),
    node('Mul', ['slope', 'below'], 'missing'),
    node('Sub', ['missing', 'ceilingShare'], 'down'),
    node('Sub', ['up', 'down'], 'doubled'),
    node('Mul', ['doubled', 'oneHalf'], 'within'),

    node('Gather', ['quantiles', 'firstPlace'], 'lowest', { axis: { int: 1 } }),
    node('Gather', ['quantiles', 'lastPlace'], 'highest', { axis: { int: 1 } }),
    node('LessOrEqual', ['highest', 'x'], 'isAbove'),
    node('Where', ['isAbove', 'one', 'within'], 'upToOne'),
    node('LessOrEqual', ['x', 'lowest'], 'isBelow'),
    node('Where', ['isBelow', 'zero', 'upToOne'], 'y'),
  ],
);
