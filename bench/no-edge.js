#!/usr/bin/env node
// How often paper trading without edge passes the gates of a backtest, and trading with some edge.
//
//   node --conditions=kwx-source bench/no-edge.js [--stretches 300] [--days 63] [--sharpe 0,3,6,10]
//
// Each stretch is some calendar days of P&L, judged as a backtest whose three rules of filling all gave it. The laws:
// normal days; normal days with a correlation of 0.3 from each to the next; fair bets at 20 to 80 cents, six a day, a
// fifth of the days idle; six bets a day on outsiders at 3 to 10 cents; six a day on favourites at 90 to 97 cents, which
// win a little on most days and lose much on a few. The mean of a law is moved so that its true Sharpe ratio is what
// --sharpe says. Told are passes of the verdict, of the lower end of the Sharpe ratio with enough days, and of 2 as a
// point, and stretches with too few traded days.
import { parseArgs } from 'node:util'

import { backtestVerdict } from '../plugins/backtest/src/metrics/verdict.ts'

const { randomFrom } = await import('kwx/random')
const { annualSharpe, ASSUMPTIONS, backtestGates, resampleTradingDays } = await import('kwx/trading')

const { values } = parseArgs({
  options: {
    stretches: { type: 'string', default: '300' },
    days: { type: 'string', default: '63' },
    sharpe: { type: 'string', default: '0,3,6,10' },
  },
})
const [stretches, days] = [Number(values.stretches), Number(values.days)]
/** 1e-4 dollars that a day risks, about: half a percent of the bankroll. */
const STAKE = ASSUMPTIONS.bankroll / 200

/** P&L of the days of a stretch, 1e-4 dollars, mean 0; NaN for an idle day. */
const LAWS = {
  normal: (random) => fill(() => STAKE * random.normal()),
  'normal, days alike': (random) => {
    let shock = random.normal()
    return fill(() => {
      shock = 0.3 * shock + Math.sqrt(1 - 0.09) * random.normal()
      return STAKE * shock
    })
  },
  'fair bets': (random) => fill(() => (random.uniform() < 0.2 ? Number.NaN : bets(random, 6, 0.2, 0.8))),
  outsiders: (random) => fill(() => bets(random, 6, 0.03, 0.1)),
  favourites: (random) => fill(() => bets(random, 6, 0.9, 0.97)),
}

console.log(`${stretches} stretches of ${days} days; passes of 100`)
for (const [name, law] of Object.entries(LAWS)) {
  const sd = spread(law)
  for (const sharpe of values.sharpe.split(',').map(Number)) {
    const shift = (sharpe / Math.sqrt(365)) * sd
    const count = { verdict: 0, low: 0, point: 0, few: 0 }
    for (let seed = 1; seed <= stretches; seed++) {
      const drawn = law(randomFrom(`no-edge/${name}/${seed}`))
      const found = judged(drawn, shift, seed)
      for (const key of Object.keys(count)) count[key] += Number(found[key])
    }
    const share = (key) => ((100 * count[key]) / stretches).toFixed(1).padStart(5)
    console.log(
      `${name.padEnd(22)} true Sharpe ${String(sharpe).padStart(2)}: verdict ${share('verdict')}, lower end ${share('low')}, point of 2 ${share('point')}, too few days ${share('few')}`,
    )
  }
}

function judged(drawn, shift, seed) {
  const pnl = drawn.map((day) => (Number.isNaN(day) ? 0 : day + shift))
  const { bankroll } = ASSUMPTIONS
  const traded = drawn.filter((day) => !Number.isNaN(day)).length
  const sharpe = annualSharpe(pnl)
  const band = {
    metrics: { sharpe, max_drawdown: drawdown(pnl, bankroll), ece: null, fee_ratio: 0, n_trades: traded },
    ...resampleTradingDays(pnl, new Float64Array(pnl.length), { bankroll, seed }),
    ...{ days: { all: days, traded, idle: days - traded }, unsettled: 0, contradictory: 0 },
  }
  const bands = { pessimistic: band, queue_last: band, touch: band }
  const gates = backtestGates(bands)
  const { outcome } = backtestVerdict(bands, gates)
  return {
    verdict: outcome === 'pass',
    low: gates.sharpe.passed && gates.traded_days.passed,
    point: sharpe !== null && sharpe >= 2,
    few: !gates.traded_days.passed,
  }
}

function drawdown(pnl, bankroll) {
  let [equity, peak, fall] = [bankroll, bankroll, 0]
  for (const day of pnl) {
    equity += day
    peak = Math.max(peak, equity)
    fall = Math.max(fall, (peak - equity) / peak)
  }
  return fall
}

function fill(day) {
  return Float64Array.from({ length: days }, day)
}

/** Some bets at fair prices between two, each of an equal part of the stake: what a price's share of wins pays. */
function bets(random, count, low, high) {
  let sum = 0
  for (let k = 0; k < count; k++) {
    const price = low + (high - low) * random.uniform()
    sum += random.uniform() < price ? (1 - price) / price : -1
  }
  return (STAKE * sum) / count
}

/** Standard deviation of a law's days, idle ones as 0, from many of them. */
function spread(law) {
  let [squares, n] = [0, 0]
  for (let k = 0; k < 200; k++) {
    for (const day of law(randomFrom(`no-edge/spread/${k}`))) {
      squares += Number.isNaN(day) ? 0 : day ** 2
      n++
    }
  }
  return Math.sqrt(squares / n)
}
