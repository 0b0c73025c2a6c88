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
): void {
  for (let tree = 0; tree < nTrees; tree++) {
    const root = <usize>load<u32>(roots + (<usize>tree << 2));
    let group = groups;
    let sum = sums;
    for (let i = 0; i < nGroups; i++) {
      let n0 = root;
      let n1 = root;
      let n2 = root;
      let n3 = root;
      let n4 = root;
      let n5 = root;
      let n6 = root;
      let n7 = root;
      let links: u32;
      do {
        n0 = next(n0, link(n0), group, shift, featureMask);
        n1 = next(n1, link(n1), group + 4, shift, featureMask);
        n2 = next(n2, link(n2), group + 8, shift, featureMask);
        n3 = next(n3, link(n3), group + 12, shift, featureMask);
        n4 = next(n4, link(n4), group + 16, shift, featureMask);
        n5 = next(n5, link(n5), group + 20, shift, featureMask);
        n6 = next(n6, link(n6), group + 24, shift, featureMask);
        n7 = next(n7, link(n7), group + 28, shift, featureMask);
        // Leaves alone have links of 0, and stay where they are.
        let l = link(n0);
        links = l;
        n0 = next(n0, l, group, shift, featureMask);
        l = link(n1);
        links |= l;
        n1 = next(n1, l, group + 4, shift, featureMask);
        l = link(n2);
        links |= l;
        n2 = next(n2, l, group + 8, shift, featureMask);
        l = link(n3);
        links |= l;
        n3 = next(n3, l, group + 12, shift, featureMask);
        l = link(n4);
        links |= l;
        n4 = next(n4, l, group + 16, shift, featureMask);
        l = link(n5);
        links |= l;
        n5 = next(n5, l, group + 20, shift, featureMask);
        l = link(n6);
        links |= l;
        n6 = next(n6, l, group + 24, shift, featureMask);
        l = link(n7);
        links |= l;
        n7 = next(n7, l, group + 28, shift, featureMask);
      } while (links);
      store<f64>(sum, load<f64>(sum) + leafValue(n0, leafValues));
      store<f64>(sum, load<f64>(sum, 8) + leafValue(n1, leafValues), 8);
      store<f64>(sum, load<f64>(sum, 16) + leafValue(n2, leafValues), 16);
      store<f64>(sum, load<f64>(sum, 24) + leafValue(n3, leafValues), 24);
      store<f64>(sum, load<f64>(sum, 32) + leafValue(n4, leafValues), 32);
      store<f64>(sum, load<f64>(sum, 40) + leafValue(n5, leafValues), 40);
      store<f64>(sum, load<f64>(sum, 48) + leafValue(n6, leafValues), 48);
      store<f64>(sum, load<f64>(sum, 56) + leafValue(n7, leafValues), 56);
      group += groupBytes;
      sum += GROUP_ROWS << 3;
    }
  }
}

@inline
function link(node: usize): u32 {
  return load<u32>(node, 4);
}

@inline
function next(node: usize, link: u32, row: usize, shift: i32, featureMask: i32): usize {
  const goesRight = load<f32>(row + <usize>(link & featureMask)) > load<f32>(node);
  return node + <usize>(link >> shift) + (<usize>goesRight << 3);
}

@inline
function leafValue(leaf: usize, leafValues: usize): f64 {
  return load<f64>(leafValues + (<usize>(load<u32>(leaf) & NAN_PAYLOAD) << 3));
}
