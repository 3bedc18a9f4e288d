import type { Health } from '../monitoring/health.ts'

/** What the watchdog does when the loop stands still. */
interface Watchdog {
  readonly everyMs: number
  /** Told once when the loop stops being healthy, and again each time after it had recovered. */
  readonly onAlarm: (reason: string) => void
  /** Told when the loop has stood still for `giveUpMs`: a supervisor can start it anew, a frozen query cannot be waited for. */
  readonly giveUpMs: number
  readonly onGiveUp: (reason: string) => void
}

/** Watches a loop from a timer of its own, which runs while the loop waits for something that never comes. */
export function watch(health: Health, { everyMs, onAlarm, giveUpMs, onGiveUp }: Watchdog): () => void {
  let told: 'stalled' | 'wrong' | null = null
  let since: number | null = null
  const timer = setInterval(() => {
    const { healthy, stalled, reason } = health.report()
    const now = performance.now()
    const state = healthy ? null : stalled ? 'stalled' : 'wrong'
    if (state !== null && state !== told) onAlarm(reason)
    told = state
    // A portfolio that does not add up would not after a new start either.
    since = stalled ? (since ?? now) : null
    if (since !== null && now - since >= giveUpMs) {
      clearInterval(timer)
      onGiveUp(reason)
    }
  }, everyMs)
  return () => clearInterval(timer)
}
