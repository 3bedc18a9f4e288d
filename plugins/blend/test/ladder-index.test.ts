import type { EventLadder, Prices } from 'kwx/features'
import { clipProbability, logit, NO_HEAD, pooledLadder, sigmoid } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { chooseHead } from '../src/services/choose-head.ts'
import { dayCells } from '../src/services/day-cells.ts'
import { ladderIndex } from '../src/services/ladder-index.ts'
import type { PilotRows } from '../src/services/pilot-rows.ts'
import { deliverRows, ladderAt } from '../src/services/pooled-ladder.ts'
import { scoreLadders } from '../src/services/score-ladders.ts'

const DAYS = 60
const RUNGS = 4

/** Days of four rungs, of which a pilot models the two in the middle; every rung has a price every 10 minutes. */
async function madeLadders({ overround = 1, gone = false, isWhole = true } = {}): Promise<PilotRows> {
  const random = randomFrom(`ladders/${overround}`)
  const rows: { ticker: number; day: number; minute: number; y: number; p: number; price: number }[] = []
  const ladders = new Map<string, EventLadder>()
  for (let day = 0; day < DAYS; day++) {
    const raw = Array.from({ length: RUNGS }, () => Math.exp(random.normal()))
    const sum = raw.reduce((one, other) => one + other)
    const truth = raw.map((value) => value / sum)
    let outcome = 0
    for (let u = random.uniform() - truth[0]!; u > 0 && outcome < RUNGS - 1; u -= truth[outcome]!) outcome++
    const prices = truth.map((p) => Math.min(99, Math.max(1, Math.round(100 * overround * p))))
    const minutes = [0, 10, 20].map((minute) => 1440 * day + minute)
    for (const k of [1, 2]) {
      for (const minute of minutes) {
        const p = sigmoid(logit(truth[k]!) + 0.1 * random.normal())
        rows.push({ ticker: RUNGS * day + k, day, minute, y: outcome === k ? 1 : 0, p, price: prices[k]! / 100 })
      }
    }
    ladders.set(`E${day}`, {
      rungs: prices.map((cents, k) => ({
        ticker: `M${RUNGS * day + k}`,
        prices: gone && k === 3 ? null : quoted(minutes, cents),
      })),
      whole: isWhole,
      outcome,
    })
  }
  rows.sort((a, b) => a.day - b.day || a.ticker - b.ticker || a.minute - b.minute)
  const n = rows.length
  const windows = [
    { window: 'win_0', outcome: 'delivered', firstTestDay: 0, lastTestDay: DAYS - 1, from: 0, to: n } as const,
  ]
  const columns = {
    n,
    ticker: {
      codes: Int32Array.from(rows, ({ ticker }) => ticker),
      values: Array.from({ length: RUNGS * DAYS }, (_, m) => `M${m}`),
    },
    day: Int32Array.from(rows, ({ day }) => day),
    endMinute: Int32Array.from(rows, ({ minute }) => minute),
    label: Uint8Array.from(rows, ({ y }) => y),
    model: Float64Array.from(rows, ({ p }) => clipProbability(p)),
    market: Float64Array.from(rows, ({ price }) => price),
  }
  async function* batches() {
    yield { days: new Set(Array.from({ length: DAYS }, (_, day) => day)), ladders }
  }
  const file = { name: 'made', city: 'x', bracket: 'between' as const, feature_set: 'x', windows: [] }
  const { ladders: index, devigged } = await ladderIndex({ file, windows, rows: columns }, batches(), 'last')
  const about = { name: 'made', city: 'x', bracket: 'between', pilot: 'x', origin: 'simulated', embargoDays: 0 }
  return { ...about, windows, rows: { ...columns, devigged }, ladders: index }
}

const quoted = (minutes: readonly number[], cents: number): Prices => {
  const mid = new Float64Array(minutes.length).fill(cents)
  return { endMinute: Int32Array.from(minutes), mid, bid: mid, ask: mid, volume: mid }
}

const choice = { weight: 0.5, devig: 'none', head: NO_HEAD } as const

describe('the ladder around a row', () => {
  it('holds every rung: own price, fresh prices, and model rows where there are some', async () => {
    const { ladders, rows } = await madeLadders()
    const [from, to] = [ladders!.start[7]!, ladders!.start[8]!]
    expect(to - from).toBe(RUNGS)
    const own = ladders!.own[7]!
    expect(ladders!.price[from + own]).toBe(rows.market[7])
    expect(ladders!.row[from + own]).toBe(7)
    expect(Array.from(ladders!.row.subarray(from, to), (row) => row >= 0)).toEqual([false, true, true, false])
    const sibling = ladders!.row[from + (own === 1 ? 2 : 1)]!
    expect([rows.endMinute[sibling], rows.day[sibling]]).toEqual([rows.endMinute[7], rows.day[7]])
  })

  it('has no market side without overround where a rung has no price', async () => {
    const whole = await madeLadders({ overround: 1.05 })
    const gone = await madeLadders({ overround: 1.05, gone: true })
    expect(whole.rows.devigged.power.every(Number.isFinite)).toBe(true)
    expect(gone.rows.devigged.power.every(Number.isNaN)).toBe(true)
    expect(pooledLadder(ladderAt(gone, 0)!, choice)).toBeNull()
  })
})

describe('the pooled ladder', () => {
  it('is the market where the pilot has no model', async () => {
    const pilot = await madeLadders()
    const p = pooledLadder(ladderAt(pilot, 0)!, choice)!
    const prices = pilot.ladders!.price.subarray(0, RUNGS)
    expect([p[0], p[3]]).toEqual([prices[0], prices[3]])
    expect(p[1]).not.toBe(prices[1])
  })

  it('is delivered with its head, and without where a rung has no price', async () => {
    const head = { method: 'softmax', temperature: 1 } as const
    const [whole, gone] = [await madeLadders({ overround: 1.1 }), await madeLadders({ overround: 1.1, gone: true })]
    const plain = deliverRows(whole, 0, whole.rows.n, choice)
    const coupled = deliverRows(whole, 0, whole.rows.n, { ...choice, head })
    const ladder = ladderAt(whole, 0)!
    const p = pooledLadder(ladder, choice)!
    expect(coupled[0]).toBeCloseTo(plain[0]! / p.reduce((sum: number, one) => sum + one, 0), 12)
    expect(plain[0]).toBe(p[ladder.own])
    expect(deliverRows(gone, 0, gone.rows.n, { ...choice, head })).toEqual(deliverRows(gone, 0, gone.rows.n, choice))
    expect(deliverRows(whole, 0, whole.rows.n, { ...choice, weight: 0, head })).toEqual(whole.rows.market)
  })

  it('has neither head nor overround to lose where its brackets leave a degree unpaid', async () => {
    const head = { method: 'softmax', temperature: 1 } as const
    const broken = await madeLadders({ overround: 1.1, isWhole: false })
    expect(ladderAt(broken, 0)).toBeNull()
    expect(broken.rows.devigged.power.every(Number.isNaN)).toBe(true)
    expect(deliverRows(broken, 0, broken.rows.n, { ...choice, head })).toEqual(
      deliverRows(broken, 0, broken.rows.n, choice),
    )
  })

  it('gets a head where coupling surely helps, and none where it does not', async () => {
    const choose = async (overround: number) => {
      const pilot = await madeLadders({ overround })
      const cells = dayCells([pilot], 'none', 'zero')
      return chooseHead([pilot], cells, () => true, choice, 'seed')
    }
    const [vigged, fair] = [await choose(2), await choose(1)]
    expect(vigged.candidates).toHaveLength(6)
    expect(vigged.method).not.toBe('none')
    expect(fair).toMatchObject({ method: 'none', temperature: null })
  })

  it('is scored once for each event and minute', async () => {
    const scored = scoreLadders(await madeLadders(), [choice])!
    expect(scored).toMatchObject({ ladders: 3 * DAYS, days: DAYS, events_without_outcome: 0 })
    expect(Math.abs(scored.market.rps! - scored.delivered.rps!)).toBeLessThan(0.05)
  })
})
