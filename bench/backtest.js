#!/usr/bin/env node
// The simulator: events per second on invented tapes, and a replay of recorded prints of all six brackets.
//
//   node --conditions=kwx-source bench/backtest.js [--events 3000000] [--city miami] [--from 2024-11-20] [--days 98]
//
// The replay needs the recorded tape beside the checkout (../shared/data) and is left out without it. Signals are made
// up from the prints themselves: what is measured is reading, merging and simulating, not skill.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'

import { simulate } from '../plugins/backtest/src/engine/simulate.ts'
import { CLOSE, PRINT, QUOTE, SETTLE, SIGNAL, TapeBuilder } from '../plugins/backtest/src/engine/tape.ts'
import { buildTape } from '../plugins/backtest/src/services/build-tape.ts'
import { readMarketData } from '../plugins/backtest/src/services/market-data.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '3000000' },
    city: { type: 'string', default: 'miami' },
    from: { type: 'string', default: '2024-11-20' },
    days: { type: 'string', default: '98' },
  },
})
const { readJson } = await import('kwx/artefacts')
const { ensureMigrated, loadTrades, openDatabase, saveMarkets } = await import('kwx/database')
const { WEATHER_FEES, eventDayOfTicker } = await import('kwx/market')
const { randomFrom } = await import('kwx/random')
const { feeCalendar } = await import('kwx/trading')
const { candleEndMinute, parseDay } = await import('kwx/time')

const limits = {
  kelly_alpha: 0.25,
  max_spread_cents: 3,
  tau_open_cents: 1,
  tau_close_cents: 0.5,
  slip_per_leg_cents: 1,
  max_bankroll_pct_city_day_side: 0.1,
}
const first = parseDay(values.from)
const days = Number(values.days)
const fees = feeCalendar(WEATHER_FEES, first, first + days, -300).dated
const seconds = (since) => (performance.now() - since) / 1000
const cpuSeconds = (since) => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

/** Six markets a day, a random walk each: per minute two prints, a quote and a signal. */
function invented(events) {
  const { integer, uniform } = randomFrom('bench/backtest')
  const builder = new TapeBuilder()
  const signalP = []
  const markets = Math.max(6, Math.ceil(events / (4 * 1440)))
  const cents = new Int32Array(markets).fill(50)
  const start = first * 86_400_000
  let made = 0
  for (let m = 0; m < markets; m++) {
    const midnight = start + Math.floor(m / 6) * 86_400_000
    for (let minute = 1; minute <= 1440 && made < events; minute++, made += 4) {
      const at = midnight + minute * 60_000
      cents[m] = Math.min(93, Math.max(5, cents[m] + integer(3) - 1))
      builder.add(at - 40_000, PRINT, m, cents[m], 100 + integer(5000), 1)
      builder.add(at - 20_000, PRINT, m, cents[m] - 1 - integer(2), 100 + integer(5000), 0)
      builder.add(at, QUOTE, m, cents[m] - 2, cents[m], 10_000, 10_000)
      builder.add(at, SIGNAL, m, signalP.length)
      signalP.push(Math.min(0.99, Math.max(0.01, cents[m] / 100 + 0.08 * (uniform() - 0.5))))
    }
    builder.add(midnight + 86_400_000, CLOSE, m)
    builder.add(midnight + 86_400_000 + 32_400_000, SETTLE, m, integer(2))
  }
  const event = Int32Array.from({ length: markets }, (_, m) => Math.floor(m / 6))
  return { builder, setting: { event, events: event.at(-1) + 1, signalP: Float64Array.from(signalP) } }
}

{
  const { builder, setting } = invented(Number(values.events))
  let since = performance.now()
  const tape = builder.finish()
  console.log(`${tape.n} invented events put in order in ${seconds(since).toFixed(2)} s`)
  for (const rule of ['through', 'queue_last', 'touch', 'through']) {
    since = performance.now()
    const cpu = process.cpuUsage()
    const { fills, orders } = simulate(tape, { ...setting, impliedBook: false, fees, limits, rule })
    const used = cpuSeconds(cpu)
    console.log(
      `${rule.padEnd(10)} ${Math.round(tape.n / seconds(since))} events/s (${Math.round(tape.n / used)} by processor time), ` +
        `${orders.length} orders, ${fills.length} fills`,
    )
  }
}

const tapeFolder = join(import.meta.dirname, '../../shared/data/tape')
if (!existsSync(tapeFolder)) console.log('No recorded tape beside the checkout: no replay.')
else await replay()

function csv(file) {
  const [head, ...lines] = gunzipSync(readFileSync(join(tapeFolder, file)))
    .toString()
    .trim()
    .split('\n')
  const names = head.trim().split(',')
  return { at: (name) => names.indexOf(name), lines }
}

async function replay() {
  const city = await readJson(join(import.meta.dirname, `../plugins/dataset/cities/${values.city}.json`))
  const series = new Set(city.series.map(({ ticker }) => ticker))
  const inside = (ticker) => {
    const day = eventDayOfTicker(ticker)
    return series.has(ticker.split('-')[0]) && day >= first && day < first + days
  }
  const { at, lines } = csv('trades.csv.gz')
  const [t, ts, price, count, side] = ['market_ticker', 'ts_utc', 'yes_price', 'count', 'taker_side'].map(at)
  const rows = lines.map((line) => line.trim().split(',')).filter((cells) => inside(cells[t]))
  const byTicker = Map.groupBy(rows, (cells) => cells[t])
  const tickers = [...byTicker.keys()].sort()
  const folder = await mkdtemp(join(tmpdir(), 'kwx-bench-'))
  const url = `pglite:${join(folder, 'db')}`
  const db = await openDatabase({ url })
  try {
    await ensureMigrated(db, url)
    const events = [...Map.groupBy(tickers, (ticker) => ticker.split('-').slice(0, 2).join('-'))].map(
      ([ticker, own]) => ({
        ticker,
        seriesTicker: ticker.split('-')[0],
        city: city.id,
        day: eventDayOfTicker(ticker),
        origin: 'replay',
        markets: own.map((one) => ({
          ticker: one,
          strike_type: 'between',
          floor_strike: 60,
          cap_strike: 61,
          open_ms: null,
          close_ms: null,
          status: 'finalized',
          result: 'no',
          expiration_value: null,
          volume_centi: null,
        })),
      }),
    )
    const ids = await saveMarkets(db, events)
    for (const [ticker, prints] of byTicker) {
      await loadTrades(db, {
        marketId: Int32Array.from(prints, () => ids.get(ticker)),
        ordinal: Int32Array.from(prints, (_, i) => i),
        tsMs: Float64Array.from(prints, (cells) => Date.parse(`${cells[ts].replace(' ', 'T').replace(/Z?$/, 'Z')}`)),
        price: Int16Array.from(prints, (cells) => Math.round(Number(cells[price]) * 100)),
        countCenti: Int32Array.from(prints, (cells) => Math.round(Number(cells[count]) * 100)),
        takerYes: Uint8Array.from(prints, (cells) => Number(cells[side] === 'yes')),
      })
    }
    for (let run = 1; run <= 3; run++) {
      const since = performance.now()
      const cpu = process.cpuUsage()
      const data = await readMarketData(
        db,
        city,
        { price_source: 'trades', observation_station: null },
        {
          tickers: new Set(tickers),
          firstDay: first,
          lastDay: first + days - 1,
        },
      )
      const signals = signalsOf(tickers, data)
      const labels = tickers.map((market, i) => ({ market, label: i % 6 === 2 ? 1 : 0, quarantine: null }))
      const built = buildTape(signals, data, labels, city.standardOffset)
      const tape = built.builder.finish()
      const setting = { ...built, signalP: signals.p, fees, limits, rule: 'through' }
      const { fills } = simulate(tape, setting)
      const one = seconds(since)
      console.log(
        `replay ${run}: ${values.city}, ${days} days, ${tickers.length} markets, ${built.prints} prints, ${tape.n} events, ` +
          `${fills.length} fills in ${one.toFixed(2)} s (${cpuSeconds(cpu).toFixed(2)} s of processor)`,
      )
    }
  } finally {
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A signal for every minute with a print: the mean of the last eight prints, which is no skill. */
function signalsOf(tickers, { markets, trades }) {
  const byTicker = new Map(markets.map((market) => [market.ticker, market]))
  const [market, endMinute, p] = [[], [], []]
  tickers.forEach((ticker, m) => {
    const series = trades.get(byTicker.get(ticker).market_id)
    let mean = series.price[0]
    for (let i = 0; i < series.n; i++) {
      mean += (series.price[i] - mean) / 8
      const minute = candleEndMinute(series.tsMs[i])
      if (i + 1 < series.n && candleEndMinute(series.tsMs[i + 1]) === minute) continue
      market.push(m)
      endMinute.push(minute)
      p.push(mean / 10_000)
    }
  })
  return { n: p.length, tickers, market, endMinute, p: Float64Array.from(p) }
}
