// Forests of small trees without walking: every split of a tree is compared with eight rows at a time and strikes out
// the leaves that a row has passed by; of those that are left the first is the row's. After Lucchese et al.,
// "QuickScorer" (SIGIR 2015), its bits here in a lane of 32 per row.
//
//   tree    number of splits, number of leaves · splits · leaf values, float64
//   split   threshold, place of the feature in a group of rows, leaves kept by a row above the threshold, nothing

const TREE_BYTES: usize = 8;
const SPLIT_BYTES: usize = 16;
const SUMS_BYTES: usize = 64;

/** Adds the value of the leaf that each row reaches to the sums, tree by tree. Rows stand in groups of eight. */
export function addSmallTrees(
  tree: usize,
  nTrees: i32,
  groups: usize,
  groupBytes: usize,
  nGroups: i32,
  sums: usize,
): void {
  for (; nTrees > 0; nTrees--) {
    const splits = tree + TREE_BYTES;
    const values = splits + <usize>load<u32>(tree) * SPLIT_BYTES;
    let group = groups;
    let sum = sums;
    for (let i = 0; i < nGroups; i++) {
      let a = i32x4.splat(-1);
      let b = a;
      for (let split = splits; split < values; split += SPLIT_BYTES) {
        const x = group + <usize>load<u32>(split, 4);
        const threshold = v128.load32_splat(split);
        const kept = v128.load32_splat(split, 8);
        a = v128.and(a, v128.or(kept, f32x4.le(v128.load(x), threshold)));
        b = v128.and(b, v128.or(kept, f32x4.le(v128.load(x, 16), threshold)));
      }
      addTwo(sum, values, i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1));
      addTwo(sum + 16, values, i32x4.extract_lane(a, 2), i32x4.extract_lane(a, 3));
      addTwo(sum + 32, values, i32x4.extract_lane(b, 0), i32x4.extract_lane(b, 1));
      addTwo(sum + 48, values, i32x4.extract_lane(b, 2), i32x4.extract_lane(b, 3));
      group += groupBytes;
      sum += SUMS_BYTES;
    }
    tree = values + (<usize>load<u32>(tree, 4) << 3);
  }
}

@inline
function addTwo(sum: usize, values: usize, first: i32, second: i32): void {
  const value = v128.load64_zero(values + (<usize>ctz(first) << 3));
  const two = v128.load64_lane(values + (<usize>ctz(second) << 3), value, 1);
  v128.store(sum, f64x2.add(v128.load(sum), two));
}
