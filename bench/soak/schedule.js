// What is done to the loop and when, from a seed alone.

/**
 * Events of a soak in the order of their times.
 *
 * Kills and restarts come once in each of equal parts of the time, so that a short soak has them too. The last `calmS`
 * seconds have neither: a process must live long enough for its memory to be judged, and a restart of the database ends
 * it too. All faults are switched off before the last twentieth.
 *
 * @param random  `randomFrom` of kwx/random
 * @param faults  names with their possible settings
 * @returns `{ atS, what: 'fault' | 'healed' | 'database' | 'kill', ... }`, seconds from the start
 */
export function scheduleOf(random, { seconds, calmS, faults }) {
  const events = []
  const names = Object.keys(faults)
  const end = 0.95 * seconds
  const among = (items) => items[random.integer(items.length)]
  const between = (low, high) => low + (high - low) * random.uniform()

  // Every fault once before any comes again; two may overlap.
  let queue = []
  for (let atS = between(2, 6); names.length > 0 && atS < end - 3; atS += between(3, 15)) {
    if (queue.length === 0) queue = random.shuffled(names)
    const name = queue.pop()
    const healedS = Math.min(end, atS + between(3, 18))
    events.push({ atS, what: 'fault', name, settings: among(faults[name]) }, { atS: healedS, what: 'healed', name })
  }

  const spread = (fromS, toS, everyS, make) => {
    const n = Math.max(2, Math.round((toS - fromS) / everyS))
    for (let k = 0; k < n; k++) {
      const part = (toS - fromS) / n
      events.push({ atS: fromS + part * (k + between(0.1, 0.9)), ...make(k) })
    }
  }
  const calmFrom = Math.max(0.5 * seconds, end - 5 - calmS)
  spread(0.1 * seconds, calmFrom, 100, (k) => ({ what: 'database', mode: k % 2 === 0 ? 'fast' : 'immediate' }))
  spread(0.1 * seconds, calmFrom, 80, (k) => ({ what: 'kill', signal: k % 2 === 0 ? 'SIGKILL' : 'SIGTERM' }))
  return events.sort((a, b) => a.atS - b.atS)
}
