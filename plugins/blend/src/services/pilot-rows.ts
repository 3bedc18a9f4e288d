import type { TextColumn } from 'kwx/artefacts'
import type { BlendPilot } from 'kwx/contracts'
import type { DevigMethod } from 'kwx/market'

/** Test rows of a pilot, its windows one after another; all arrays have shape [n]. */
export interface BlendRows {
  readonly n: number
  readonly ticker: TextColumn
  readonly day: Int32Array
  readonly endMinute: Int32Array
  /** 0 or 1. */
  readonly label: Uint8Array
  /** The model's probability of YES, and the market's by the configuration's benchmark (clipped). */
  readonly model: Float64Array
  readonly market: Float64Array
  /** The market's without its overround; NaN where the ladder was incomplete at the row's minute. */
  readonly devigged: Readonly<Record<Exclude<DevigMethod, 'none'>, Float64Array>>
}

/** A window's place in the rows: [from, to). */
export interface RowSpan {
  readonly window: string
  readonly outcome: 'delivered' | 'not-fitted'
  readonly firstTestDay: number
  readonly lastTestDay: number
  readonly from: number
  readonly to: number
}

/** A pilot with its test rows. */
export interface PilotRows extends Pick<BlendPilot, 'name' | 'city' | 'bracket' | 'pilot' | 'origin'> {
  /** Days before a window's first test day whose outcomes may not be used: they come too late. */
  readonly embargoDays: number
  readonly windows: readonly RowSpan[]
  readonly rows: BlendRows
  /** The ladder around each row; null where it was not read. */
  readonly ladders: LadderIndex | null
}

/**
 * The ladder around each row at the row's minute: rungs of row i at `start[i]` to `start[i + 1]`, from the coldest up.
 */
export interface LadderIndex {
  readonly start: Int32Array
  /** The rung by the same benchmark, as a probability, clipped; NaN where no price is fresh. */
  readonly price: Float64Array
  /** A test row of that rung, of the same window, with a fresh model probability; -1 where there is none. */
  readonly row: Int32Array
  /** The rung that is the row itself, counted from the row's start. */
  readonly own: Int32Array
  /** The event of each row, and which rung of the event settled YES; -1 where nobody knows. */
  readonly event: Int32Array
  readonly outcome: Int32Array
}
