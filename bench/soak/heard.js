// What the loop said of itself in its log.

/** Collects ticks, alarms and faults from parsed lines of the log. */
export function listener() {
  const ticks = []
  const faults = new Map()
  let alarms = 0
  return {
    hear({ msg, ms, fault }) {
      if (msg === 'tick') ticks.push(ms)
      else if (msg === 'alarm') alarms++
      else if (msg === 'fault') {
        const kind = String(fault)
          .replace(/https?:\S+/g, 'URL')
          .replace(/\d+/g, '#')
          .slice(0, 120)
        faults.set(kind, (faults.get(kind) ?? 0) + 1)
      }
    },
    summary: () => ({
      tick: quantilesOf(ticks),
      alarms,
      faults_told: Object.fromEntries([...faults].sort((a, b) => b[1] - a[1]).slice(0, 30)),
    }),
  }
}

function quantilesOf(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
  return { ticks: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99), most_ms: sorted.at(-1) ?? null }
}
