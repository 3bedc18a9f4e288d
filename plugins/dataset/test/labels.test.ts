import { parseDay, parseInstant } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import type { DatasetMarket, Settlement } from '../src/services/build/data.ts'
import { labelMarkets } from '../src/services/build/labels.ts'
import { market, settlement } from './support/made-up.ts'
import { city } from './support/setup.ts'

const day = parseDay('2025-02-01')
const nyc = city('nyc')
const label = (over: Partial<DatasetMarket>, settlements: Settlement[] = []) =>
  labelMarkets([market({ day, ...over })], settlements, nyc, 'between').labels[0]!

describe('labelMarkets', () => {
  it("takes the exchange's result", () => {
    expect(label({ result: 'yes' })).toMatchObject({
      label: 1,
      source: 'exchange',
      quarantine: null,
      archive_agrees: null,
    })
    expect(label({ result: 'no', expiration_value: 72 })).toMatchObject({ label: 0, source: 'exchange' })
  })

  it("quarantines a result that the exchange's own value contradicts", () => {
    expect(label({ result: 'no', expiration_value: 71 })).toMatchObject({ label: null, source: null })
    expect(label({ result: 'no', expiration_value: 71 }).quarantine).toContain('contradicts')
  })

  it('lets the exchange stand against the archive and reports the difference', () => {
    const { labels, archive_differences } = labelMarkets(
      [market({ day, result: 'yes', expiration_value: 71 })],
      [settlement(day, 72)],
      nyc,
      'between',
    )
    expect(labels[0]).toMatchObject({ label: 1, archive_agrees: false, official_tmax: 72 })
    expect(archive_differences).toMatchObject([{ exchange: 71, archive: 72, flipped: [labels[0]!.market] }])
  })

  it('reports a difference that flips nothing', () => {
    const { archive_differences } = labelMarkets(
      [market({ day, expiration_value: 60 })],
      [settlement(day, 61)],
      nyc,
      'between',
    )
    expect(archive_differences).toMatchObject([{ exchange: 60, archive: 61, flipped: [] }])
  })

  it('derives a blank result from the official maximum and marks it', () => {
    expect(label({ result: null }, [settlement(day, 71)])).toMatchObject({ label: 1, source: 'derived' })
    expect(label({ result: null }, [settlement(day, 69)])).toMatchObject({ label: 0, source: 'derived' })
    expect(label({ result: null }).quarantine).toBe('no result and no official maximum')
    expect(label({ result: null }, [settlement(day, 71, { used: false })]).label).toBeNull()
  })

  it('refuses a proxy: only the source that the regime names may settle', () => {
    expect(label({ result: null }, [settlement(day, 71, { source: 'era5' })]).quarantine).toContain('era5')
    const after = parseDay('2026-08-14')
    const blank = { day: after, result: null }
    expect(label({ day: after - 1, result: null }, [settlement(after - 1, 71)]).label).toBe(1)
    expect(label(blank, [settlement(after, 71)]).quarantine).toContain('nws-cli')
    expect(label(blank, [settlement(after, 71, { source: 'weather-company' })]).label).toBe(1)
  })

  it('refuses a day without a known settlement regime, even with a result', () => {
    expect(label({ day: parseDay('2021-08-06') }).label).toBe(0)
    expect(label({ day: parseDay('2021-08-05') }).quarantine).toContain('no settlement regime')
  })

  it('quarantines a ticker of another day and a missing strike', () => {
    expect(label({ ticker: 'KXHIGHX-25FEB02-B70.5' }).quarantine).toContain('2025-02-02')
    expect(label({ cap_strike: null }).quarantine).toContain('without its strike')
  })

  it('quarantines a ladder that pays a degree twice, and reports one that leaves a gap', () => {
    const two = [
      market({ day }),
      market({ day, market_id: 1, ticker: 'KXHIGHX-25FEB01-B71.5', floor_strike: 71, cap_strike: 72 }),
    ]
    expect(labelMarkets(two, [], nyc, 'between').labels.map(({ quarantine }) => quarantine)).toEqual(
      Array(2).fill('broken ladder: 71 F is paid twice'),
    )
    expect(labelMarkets([market({ day })], [], nyc, 'between')).toMatchObject({
      labels: [{ label: 0 }],
      ladder_gaps: [{ sentence: '69 F and below is paid by no market' }],
    })
  })

  describe('says from when a label was known', () => {
    const issued_ms = parseInstant('2025-02-02T11:37:00Z')
    const assumed = { known_at: '2025-02-02T15:00:00.000Z', known_at_source: 'assumed' } // New York's day ends at 05:00Z

    it('by the issue of the report in use, for results and derived labels alike', () => {
      const known = { known_at: '2025-02-02T11:37:00.000Z', known_at_source: 'issued' }
      expect(label({ result: 'yes' }, [settlement(day, 71, { issued_ms })])).toMatchObject(known)
      expect(label({ result: null }, [settlement(day, 71, { issued_ms })])).toMatchObject({
        source: 'derived',
        ...known,
      })
    })

    it('by assumption ten hours after the climate day where no issue time is known', () => {
      expect(label({ result: 'yes' })).toMatchObject(assumed)
      expect(label({ result: 'yes' }, [settlement(day, 71, { issued_ms: null })])).toMatchObject(assumed)
      expect(label({ result: 'yes' }, [settlement(day, 71, { issued_ms, used: false })])).toMatchObject(assumed)
    })

    it('by assumption where the report is not what settled the market', () => {
      expect(label({ result: 'no' }, [settlement(day, 71, { issued_ms })])).toMatchObject({ label: 0, ...assumed })
      expect(label({ result: 'yes' }, [settlement(day, 71, { issued_ms, source: 'era5' })])).toMatchObject(assumed)
    })

    it('and does not where there is no label', () => {
      expect(label({ result: null })).toMatchObject({ label: null, known_at: null, known_at_source: null })
    })

    it('in local standard time, summer or winter', () => {
      const july = parseDay('2024-07-01')
      expect(label({ day: july, result: 'yes' })).toMatchObject({ known_at: '2024-07-02T15:00:00.000Z' })
    })
  })

  it('labels one bracket and leaves the others', () => {
    const less = market({ day, strike_type: 'less', floor_strike: null, cap_strike: 70, ticker: 'KXHIGHX-25FEB01-T70' })
    expect(labelMarkets([market({ day }), less], [], nyc, 'less').labels).toHaveLength(1)
  })
})
