// Rows on their way to the model: each step returns them with one more transform, or rounded as the graph rounds them.
import type { Transform } from '../../../native-free-kernels/contract.js';
import type { Rows } from './values.js';

/** Of the element type that `transform` leaves, rounded before it where the graph has rounded. */
export function transformed(rows: Rows, transform: Transform): Rows {
  const leavesFloat32 = transform.type === 'float32' || rows.elementType === 'float';
  // That transform rounds what it is given by itself.
  const before = transform.type === 'float32' ? rows : withRounding(rows);
  return {
    ...rows,
    elementType: leavesFloat32 ? 'float' : 'double',
    transforms: [...before.transforms, transform],
    isFloat32: leavesFloat32,
    roundingIsDue: leavesFloat32 && transform.type !== 'float32',
  };
}

export function castRows(rows: Rows, elementType: 'float' | 'double'): Rows {
  if (elementType === 'double' || rows.isFloat32) return { ...rows, elementType };
  return { ...rows, elementType, isFloat32: true, roundingIsDue: true };
}

/** For a model that does not round by itself. */
export function withRounding(rows: Rows): Rows {
  if (!rows.roundingIsDue) return rows;
  const { nFeatures, transforms } = rows;
  const rounding: Transform = {
    type: 'float32',
    nFeatures,
    offset: new Float64Array(nFeatures),
    factor: new Float64Array(nFeatures).fill(1),
  };
  return { ...rows, transforms: [...transforms, rounding], roundingIsDue: false };
}

/** True where the columns are all features in their order. */
export function hasAllFeatures({ columns, nFeatures }: Rows): boolean {
  return columns.length === nFeatures && columns.every((feature, i) => feature === i);
}
