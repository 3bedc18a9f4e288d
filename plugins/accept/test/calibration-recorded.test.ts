import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { randomFrom } from 'kwx/random'
import { calibrationTest, hourOf } from 'kwx/scores'
import { parseDay } from 'kwx/time'
import { beforeAll, describe, expect, it } from 'vitest'

import { sharedFolder } from '../../../test/support/shared.ts'
import { recordedTape } from '../../../test/support/tape.ts'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const MS_PER_MINUTE = 60_000

/** `25JAN07` of a ticker as a day number. */
function dayOf(ticker: string): number {
  const [, year, month, day] = /-(\d\d)([A-Z]{3})(\d\d)-/.exec(ticker)!
  return parseDay(`20${year}-${String(MONTHS.indexOf(month!) + 1).padStart(2, '0')}-${day}`)
}

/** Results of the recorded markets, 1 for YES. */
function recordedResults(): Map<string, number> {
  const [head, ...lines] = gunzipSync(readFileSync(join(sharedFolder()!, 'data', 'tape', 'markets.csv.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','))
  const [ticker, result] = [head!.indexOf('ticker'), head!.indexOf('result')]
  return new Map(
    lines.flatMap((cells) =>
      ['yes', 'no'].includes(cells[result]!) ? [[cells[ticker]!, +(cells[result] === 'yes')]] : [],
    ),
  )
}

const logit = (p: number) => Math.log(p / (1 - p))
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))

describe.skipIf(!sharedFolder())('the calibration gate on the recorded brackets of Miami', () => {
  const rows = { day: [] as number[], market: [] as number[], hour: [] as number[], y: [] as number[] }
  const price: number[] = []
  beforeAll(() => {
    const results = recordedResults()
    let number = 0
    for (const [ticker, trades] of recordedTape((name) => /^KXHIGHMIA-2(4NOV|4DEC|5JAN|5FEB)\d\d-B/.test(name))) {
      const y = results.get(ticker)
      if (y === undefined) continue
      // One row for each minute with a trade: its last price.
      const last = new Map(trades.map(({ tsMs, price: e4 }) => [Math.ceil(tsMs / MS_PER_MINUTE), e4 / 10_000]))
      for (const [minute, p] of last) {
        rows.day.push(dayOf(ticker))
        rows.market.push(number)
        rows.hour.push(hourOf(minute))
        rows.y.push(y)
        price.push(Math.min(0.99, Math.max(0.01, p)))
      }
      number++
    }
    baseRate = rows.y.reduce((sum, y) => sum + y, 0) / rows.y.length
  }, 60_000)

  let baseRate = Number.NaN
  const judged = (change: (p: number) => number) =>
    calibrationTest({ ...rows, p: price.map(change) }, randomFrom('recorded'))

  it('has days enough', () => {
    expect(new Set(rows.day).size).toBeGreaterThan(60)
    expect(price.length).toBeGreaterThan(10_000)
  })

  it.each([
    ['the base rate', 'no-resolution', () => baseRate],
    ['log-odds times 0.6', 'fail', (p: number) => sigmoid(0.6 * logit(p))],
    ['log-odds times 1.6', 'fail', (p: number) => sigmoid(1.6 * logit(p))],
    ['log-odds shifted by 0.3', 'fail', (p: number) => sigmoid(logit(p) + 0.3)],
    ['log-odds shifted by -0.3', 'fail', (p: number) => sigmoid(logit(p) - 0.3)],
  ] as const)('refuses %s: %s', (_, outcome, change) => {
    expect(judged(change)).toMatchObject({ outcome, exit: 3 })
  })
})
