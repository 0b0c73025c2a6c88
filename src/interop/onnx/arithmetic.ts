// Arithmetic of ONNX on what is known of tensors. On a function of leaves or of a sign it is done for every leaf or
// sign, rounded as the element type rounds; on a score it moves factor and offset.
import type { ElementType } from './format.js';
import type { Constant, LeafTable, MeanLeafValue, Score, SignTable, Value } from './values.js';

type Operation = (a: number, b: number) => number;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Pow: (a, b) => a ** b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  Less: (a, b) => Number(a < b),
};
const COMPARISONS = ['Equal', 'Greater', 'Less'];

const FUNCTIONS: Readonly<Record<string, (a: number) => number>> = {
  Abs: Math.abs,
  Log: Math.log,
  Neg: (a) => -a,
  Sign: Math.sign,
};

type Table = LeafTable | SignTable;

/** Undefined where nothing is known of the result. */
export function applyBinary(operator: string, a: Value, b: Value): Value | undefined {
  if (a.kind === 'unused' || b.kind === 'unused') return { kind: 'unused' };
  if (isTable(a) || isTable(b)) return tableOperation(operator, a, b);
  if (a.kind === 'score') {
    const value = scalarOf(b);
    return value === undefined ? undefined : scoreWithScalar(operator, a, value);
  }
  if (b.kind === 'score') {
    const value = scalarOf(a);
    return value === undefined ? undefined : scalarWithScore(operator, value, b);
  }
  return undefined;
}

/** As `applyBinary`. */
export function applyUnary(operator: string, a: Value): Value | undefined {
  if (a.kind === 'unused') return a;
  if (isTable(a)) return mapTable(a, a.elementType, FUNCTIONS[operator]);
  if (a.kind !== 'score') return undefined;
  if (operator === 'Neg') return affine(a, -1, 0);
  if (operator === 'Sign') return signTable(a, a.elementType, [-1, 0, 1]);
  return undefined;
}

/** A cast to `elementType`, of labels too. */
export function applyCast(a: Value, elementType: ElementType): Value | undefined {
  if (a.kind === 'unused') return a;
  if (elementType === 'string' || elementType === 'uint8') return undefined;
  if (isTable(a)) {
    const isText = a.kind === 'sign-table' && a.cells.some((cell) => typeof cell === 'string');
    return isText ? undefined : mapTable(a, elementType, (value) => value);
  }
  if (a.kind !== 'score') return undefined;
  return elementType === 'float' || elementType === 'double' ? { ...a, elementType } : undefined;
}

/** Sum over trees, which is the mean times their number. */
export function sumOfTrees(tables: readonly LeafTable[]): Score {
  const base: MeanLeafValue = { type: 'mean-leaf-value', members: tables };
  const [{ elementType }] = tables;
  return { kind: 'score', elementType, base, factor: tables.length, offset: 0 };
}

/** The function of leaves that a score of a single tree is. */
export function leafTableOf(value: Value): LeafTable | undefined {
  if (value.kind === 'leaf-table') return value;
  if (value.kind !== 'score' || value.base.type !== 'mean-leaf-value') return undefined;
  const { base, elementType, factor, offset } = value;
  if (base.members.length !== 1) return undefined;
  const [{ tree, cells }] = base.members;
  const round = rounding(elementType);
  return {
    kind: 'leaf-table',
    elementType,
    tree,
    cells: cells.map((cell) => round(factor * cell + offset)),
  };
}

/** A table of a score's sign, of numbers or labels. */
export function signTable(
  score: Score,
  elementType: ElementType,
  cells: readonly (number | string)[],
): SignTable {
  return { kind: 'sign-table', elementType, score, cells };
}

/** The only number of a constant. */
function scalarOf(value: Value): number | undefined {
  if (value.kind !== 'constant' || value.values.length !== 1) return undefined;
  const [scalar] = (value as Constant).values;
  return typeof scalar === 'number' ? scalar : undefined;
}

/** How often `applyBinary` and its like compute with `value`. */
export function cellsOf(value: Value): number {
  return value.kind === 'leaf-table' ? value.cells.length : 1;
}

function scoreWithScalar(operator: string, a: Score, value: number): Value | undefined {
  switch (operator) {
    case 'Add':
      return affine(a, 1, value);
    case 'Sub':
      return affine(a, 1, -value);
    case 'Mul':
      return affine(a, value, 0);
    case 'Div':
      return { ...a, factor: a.factor / value, offset: a.offset / value };
    case 'Greater':
      return signTable(affine(a, 1, -value), 'bool', [0, 0, 1]);
    case 'Less':
      return signTable(affine(a, 1, -value), 'bool', [1, 0, 0]);
    default:
      return undefined;
  }
}

function scalarWithScore(operator: string, value: number, b: Score): Value | undefined {
  if (operator === 'Add' || operator === 'Mul') return scoreWithScalar(operator, b, value);
  if (operator === 'Sub') return affine(b, -1, value);
  if (operator === 'Pow' && value === 2 && b.base.type === 'mean-leaf-value') {
    const { elementType, base } = b;
    const exponent = { ...b, base };
    return {
      kind: 'score',
      elementType,
      base: { type: 'power-of-two', exponent },
      factor: 1,
      offset: 0,
    };
  }
  return undefined;
}

function affine(score: Score, factor: number, offset: number): Score {
  return { ...score, factor: score.factor * factor, offset: score.offset * factor + offset };
}

function tableOperation(operator: string, a: Value, b: Value): Value | undefined {
  const operation = OPERATIONS[operator];
  const [table, other] = isTable(a) ? [a, b] : [b as Table, a];
  const resultType = COMPARISONS.includes(operator) ? 'bool' : table.elementType;
  const scalar = scalarOf(other);
  if (scalar !== undefined) {
    return mapTable(table, resultType, (cell) =>
      table === a ? operation(cell, scalar) : operation(scalar, cell),
    );
  }
  if (!isTable(a) || !isTable(b) || !haveSameSource(a, b)) return undefined;
  return mapTable(a, resultType, (cell, i) => operation(cell, b.cells[i] as number));
}

function haveSameSource(a: Table, b: Table): boolean {
  return a.kind === 'leaf-table'
    ? b.kind === 'leaf-table' && a.tree === b.tree
    : b.kind === 'sign-table' && a.score === b.score;
}

/** Undefined where there are texts among the cells. */
function mapTable(
  table: Table,
  elementType: ElementType,
  map: (cell: number, i: number) => number,
): Table | undefined {
  const round = rounding(elementType);
  const roundedMap = (cell: number, i: number) => round(map(cell, i));
  if (table.kind === 'leaf-table') {
    return { ...table, elementType, cells: table.cells.map(roundedMap) };
  }
  if (table.cells.some((cell) => typeof cell === 'string')) return undefined;
  return { ...table, elementType, cells: (table.cells as readonly number[]).map(roundedMap) };
}

function rounding(elementType: ElementType): (value: number) => number {
  if (elementType === 'float') return Math.fround;
  if (elementType === 'bool') return (value) => Number(value !== 0);
  return elementType === 'double' ? (value) => value : Math.trunc;
}

function isTable(value: Value): value is Table {
  return value.kind === 'leaf-table' || value.kind === 'sign-table';
}
