/** A ladder that sums to 1, or why there is none. */
export type CoupledLadder =
  | {
      readonly outcome: 'coupled'
      /** From the coldest rung up, shape [K]; NaN for a missing rung. */
      readonly p: Float64Array
      /** What the missing rungs hold together; 0 without any. All of `p` that is there and this sum to 1. */
      readonly rest: number
    }
  | { readonly outcome: 'refused'; readonly reason: string }
