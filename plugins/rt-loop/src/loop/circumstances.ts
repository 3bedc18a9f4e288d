import type { Circumstances } from '../signals/signals-at.ts'
import type { SwitchState } from './stop-switch.ts'

/**
 * What holds for every market of a minute: the switch, then the clocks.
 *
 * @param aheadMs  how far the exchange's clock is ahead of ours; null before it said
 */
export function circumstancesOf(state: SwitchState, aheadMs: number | null, mostAheadMs: number): Circumstances {
  if (state.state === 'pause') return { standDown: 'paused', reason: state.reason }
  if (aheadMs !== null && Math.abs(aheadMs) > mostAheadMs) {
    const seconds = (aheadMs / 1000).toFixed(0)
    return { standDown: 'clock_skew', reason: `the exchange's clock is ${seconds} s ahead of ours` }
  }
  return { standDown: null, reason: null }
}
