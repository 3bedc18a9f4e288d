import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { City } from 'kwx/cities'
import { describe, expect, it } from 'vitest'
import { validate } from '../../../src/base/schema/index.ts'
import { testConfig } from '../../../test/support/pilot-inputs.ts'
import { root } from '../../../test/support/root.ts'
import { reportPage } from '../src/report/page.ts'
import { acceptanceFile } from '../src/services/acceptance-file.ts'
import { type BacktestInputs, runRules } from '../src/services/run-rules.ts'

const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

const inputs: BacktestInputs = {
  city: json('plugins/dataset/cities/miami.json') as City,
  config: { ...testConfig, city: 'miami' },
  signals: {
    n: 0,
    tickers: [],
    market: new Int32Array(0),
    day: new Int32Array(0),
    endMinute: new Int32Array(0),
    p: new Float64Array(0),
    model: new Float64Array(0),
    marketP: new Float64Array(0),
    hasView: new Uint8Array(0),
    label: new Uint8Array(0),
  },
  labels: [],
  data: { markets: [], trades: new Map(), candles: new Map(), quotes: new Map(), observations: [] },
  firstDay: 20_100,
  lastDay: 20_106,
}

describe('a backtest without a single signal', () => {
  const results = runRules(inputs)
  const file = acceptanceFile(inputs, results, { origin: 'real', pilot: 'p', blend: 'b' })

  it('is no evidence, with a reason for every missing figure', async () => {
    expect(file.verdict).toEqual({
      outcome: 'not-enough-evidence',
      sentence: 'Not enough evidence: nothing was traded; 30 traded days are needed.',
    })
    expect(file.bands.touch.days).toEqual({ all: 7, traded: 0, idle: 7 })
    expect(Object.keys(file.bands.pessimistic.reasons).sort()).toEqual(['ece', 'fee_ratio', 'max_drawdown', 'sharpe'])
    expect(await validate(json('plugins/backtest/schemas/07_backtest_acceptance.json'), structuredClone(file))).toEqual(
      [],
    )
  })

  it('has a page without a figure that is none', () => {
    const page = reportPage(file, inputs, results)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    expect(page).not.toContain('<td>fails</td>')
    expect(page.match(/<td>not judged<\/td>/g)).toHaveLength(5)
  })
})
