/** Throws a RangeError unless outcomes, probabilities and weights (if any) have one length. */
export function sameLength(y: ArrayLike<number>, p: ArrayLike<number>, weight?: ArrayLike<number>): void {
  if (p.length !== y.length) throw new RangeError(`${y.length} outcomes but ${p.length} probabilities.`)
  if (weight && weight.length !== y.length) throw new RangeError(`${y.length} outcomes but ${weight.length} weights.`)
}
