/**
 * Splits rows into `k` folds so that all rows of a group stay together and the folds are about equally large.
 *
 * The largest group first, each into the lightest fold so far, the lowest index on ties. Groups of equal size are taken
 * from the largest group number down: scikit-learn's GroupKFold with a stable sort.
 *
 * @param groups  group of each row (an event day), shape [n]
 * @param k  folds, 2 to the number of groups
 * @returns the fold of each row, 0 to k − 1, shape [n]
 * @throws RangeError when there are fewer groups than folds
 */
export function groupFolds(groups: ArrayLike<number>, k: number): Int32Array {
  const counts = new Map<number, number>()
  for (let i = 0; i < groups.length; i++) counts.set(groups[i]!, (counts.get(groups[i]!) ?? 0) + 1)
  if (counts.size < k) throw new RangeError(`${counts.size} groups cannot fill ${k} folds.`)
  const bySize = [...counts].sort(([a, n], [b, m]) => m - n || b - a)
  const weight = new Array<number>(k).fill(0)
  const foldOf = new Map<number, number>()
  for (const [group, count] of bySize) {
    const lightest = weight.indexOf(Math.min(...weight))
    weight[lightest]! += count
    foldOf.set(group, lightest)
  }
  return Int32Array.from(groups, (group) => foldOf.get(group)!)
}
