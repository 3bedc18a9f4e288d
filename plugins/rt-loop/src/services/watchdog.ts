import type { Health } from './health.ts'

/** What the watchdog does when the loop stands still. */
export interface Watchdog {
  readonly everyMs: number
  /** Told once when the loop stops being healthy, and again each time after it had recovered. */
  readonly onAlarm: (reason: string) => void
  /** Told when the loop has stood still for `giveUpMs`: a supervisor can start it anew, a frozen query cannot be waited for. */
  readonly giveUpMs: number
  readonly onGiveUp: (reason: string) => void
}

/** Watches a loop from a timer of its own, which runs while the loop waits for something that never comes. */
export function watch(health: Health, { everyMs, onAlarm, giveUpMs, onGiveUp }: Watchdog): () => void {
  let since: number | null = null
  const timer = setInterval(() => {
    const { healthy, reason } = health.report()
    if (healthy) {
      since = null
      return
    }
    const now = performance.now()
    if (since === null) {
      since = now
      onAlarm(reason)
    } else if (now - since >= giveUpMs) {
      clearInterval(timer)
      onGiveUp(reason)
    }
  }, everyMs)
  return () => clearInterval(timer)
}
