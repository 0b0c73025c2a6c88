// Walks eight rows at a time down each tree of a forest, without a branch per step.
// A node is 8 bytes: a float32 threshold, then 32 bits that hold the way to the left child in bytes
// (above `shift`) and the place of the feature in a group of rows (`featureMask`). A leaf is its own
// child and compares with NaN, whose payload numbers its value.

/** Rows that are walked together; a group's features are stored feature by feature. */
const GROUP_ROWS: usize = 8;
const NAN_PAYLOAD: u32 = 0x3fffff;

/** Adds the value of the leaf that each row reaches to the sums, tree by tree. */
export function addLeaves(
  roots: usize,
  nTrees: i32,
  shift: i32,
  featureMask: i32,
  leafValues: usize,
  groups: usize,
  groupBytes: usize,
  nGroups: i32,
  sums: usize,
  reached: usize,
): void {
  for (let tree = 0; tree < nTrees; tree++) {
    const root = <usize>load<u32>(roots + (<usize>tree << 2));
    let group = groups;
    let sum = sums;
    for (let i = 0; i < nGroups; i++) {
      walk(root, root, root, root, root, root, root, root, group, 4, shift, featureMask, reached);
      store<f64>(sum, load<f64>(sum) + reachedValue(reached, 0, leafValues));
      store<f64>(sum, load<f64>(sum, 8) + reachedValue(reached, 1, leafValues), 8);
      store<f64>(sum, load<f64>(sum, 16) + reachedValue(reached, 2, leafValues), 16);
      store<f64>(sum, load<f64>(sum, 24) + reachedValue(reached, 3, leafValues), 24);
      store<f64>(sum, load<f64>(sum, 32) + reachedValue(reached, 4, leafValues), 32);
      store<f64>(sum, load<f64>(sum, 40) + reachedValue(reached, 5, leafValues), 40);
      store<f64>(sum, load<f64>(sum, 48) + reachedValue(reached, 6, leafValues), 48);
      store<f64>(sum, load<f64>(sum, 56) + reachedValue(reached, 7, leafValues), 56);
      group += groupBytes;
      sum += GROUP_ROWS << 3;
    }
  }
}

/** The same sum, in the same order, for one row and eight trees at a time; `nTrees` is a multiple of 8. */
export function sumLeavesOfOne(
  roots: usize,
  nTrees: i32,
  shift: i32,
  featureMask: i32,
  leafValues: usize,
  row: usize,
  reached: usize,
): f64 {
  let sum: f64 = 0;
  for (const end = roots + (<usize>nTrees << 2); roots < end; roots += 32) {
    walk(
      load<u32>(roots),
      load<u32>(roots, 4),
      load<u32>(roots, 8),
      load<u32>(roots, 12),
      load<u32>(roots, 16),
      load<u32>(roots, 20),
      load<u32>(roots, 24),
      load<u32>(roots, 28),
      row,
      0,
      shift,
      featureMask,
      reached,
    );
    sum += reachedValue(reached, 0, leafValues);
    sum += reachedValue(reached, 1, leafValues);
    sum += reachedValue(reached, 2, leafValues);
    sum += reachedValue(reached, 3, leafValues);
    sum += reachedValue(reached, 4, leafValues);
    sum += reachedValue(reached, 5, leafValues);
    sum += reachedValue(reached, 6, leafValues);
    sum += reachedValue(reached, 7, leafValues);
  }
  return sum;
}

/**
 * Walks from eight nodes to their leaves, whose addresses go to `reached`; the rows stand `rowBytes` apart, 0 for one
 * and the same.
 */
@inline
function walk(
  n0: usize,
  n1: usize,
  n2: usize,
  n3: usize,
  n4: usize,
  n5: usize,
  n6: usize,
  n7: usize,
  row: usize,
  rowBytes: usize,
  shift: i32,
  featureMask: i32,
  reached: usize,
): void {
  let links: u32;
  do {
    n0 = next(n0, row, shift, featureMask);
    n1 = next(n1, row + rowBytes, shift, featureMask);
    n2 = next(n2, row + 2 * rowBytes, shift, featureMask);
    n3 = next(n3, row + 3 * rowBytes, shift, featureMask);
    n4 = next(n4, row + 4 * rowBytes, shift, featureMask);
    n5 = next(n5, row + 5 * rowBytes, shift, featureMask);
    n6 = next(n6, row + 6 * rowBytes, shift, featureMask);
    n7 = next(n7, row + 7 * rowBytes, shift, featureMask);
    // Leaves alone have links of 0, and stay where they are.
    links = link(n0) | link(n1) | link(n2) | link(n3);
    links |= link(n4) | link(n5) | link(n6) | link(n7);
  } while (links);
  store<u32>(reached, <u32>n0);
  store<u32>(reached, <u32>n1, 4);
  store<u32>(reached, <u32>n2, 8);
  store<u32>(reached, <u32>n3, 12);
  store<u32>(reached, <u32>n4, 16);
  store<u32>(reached, <u32>n5, 20);
  store<u32>(reached, <u32>n6, 24);
  store<u32>(reached, <u32>n7, 28);
}

@inline
function link(node: usize): u32 {
  return load<u32>(node, 4);
}

@inline
function next(node: usize, row: usize, shift: i32, featureMask: i32): usize {
  const links = link(node);
  const goesRight = load<f32>(row + <usize>(links & featureMask)) > load<f32>(node);
  return node + <usize>(links >> shift) + (<usize>goesRight << 3);
}

@inline
function reachedValue(reached: usize, i: usize, leafValues: usize): f64 {
  const leaf = <usize>load<u32>(reached + (i << 2));
  return load<f64>(leafValues + (<usize>(load<u32>(leaf) & NAN_PAYLOAD) << 3));
}
