import type { LabelsFile } from 'kwx/contracts'
import { type Database, ensureMigrated, openDatabase, readMarkets } from 'kwx/database'
import { formatDay, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { labelMarkets } from '../../dataset/src/services/build/labels.ts'
import { auditLabels } from '../src/services/labels/audit-labels.ts'
import { labelLines } from '../src/services/labels/label-lines.ts'
import { usedSettlement } from '../src/services/used-settlement.ts'
import { city, type MadeEvent, saveEvents, saveSettlements, settlement } from './support/made-up.ts'

const nyc = city('nyc')
const FIRST = parseDay('2025-02-01')
const NOW = Date.parse('2025-06-01T00:00:00Z')

let db: Database
let next = 0
beforeAll(async () => {
  db = await openDatabase({ url: 'pglite:memory' })
  await ensureMigrated(db, 'pglite:memory')
})
afterAll(() => db.destroy())

/** Audits one event on a day of its own. */
async function audit(
  event: Omit<MadeEvent, 'day'>,
  issuances: (day: number) => Parameters<typeof saveSettlements>[1],
  {
    sealed = null,
    now = NOW,
    day = FIRST + 2 * next++,
  }: { sealed?: ((day: number) => LabelsFile) | null; now?: number; day?: number } = {},
) {
  await saveEvents(db, 'nyc', [{ day, ...event }])
  await saveSettlements(db, issuances(day))
  const span = { fromDay: day, toDay: day }
  const found = await auditLabels({ db, city: nyc, span, nowMs: now, sealed: sealed?.(day) ?? null })
  return { ...found, day, kinds: found.findings.map(({ kind }) => kind), event: found.events[0]! }
}

describe('an audit of labels', () => {
  it('passes where result, value, first final and archive agree, and says which issuance paid', async () => {
    const archive = { source: 'archive', product_id: 'archive', kind: 'archive', issued_ms: null } as const
    const { verdict, kinds, event, day } = await audit({ paid: 70 }, (day) => [
      settlement('nyc', day, 70),
      settlement('nyc', day, 70, archive),
    ])
    expect(kinds).toEqual([])
    expect(verdict.outcome).toBe('pass')
    expect(event).toMatchObject({
      status: 'settled',
      exchange_value: 70,
      first_final: 70,
      archive: 70,
      paid_by: `nws-cli cli-${day}`,
    })
    expect(event.winners).toEqual([{ market: event.winners[0]!.market, low: 70, high: 71 }])
    expect(event.labels).toEqual({ markets: 3, exchange: 3, derived: 0, quarantined: 0, missing: 0 })
  })

  it('reports an archive that would flip results, and lets the exchange stand', async () => {
    const archive = { source: 'archive', product_id: 'archive', kind: 'archive', issued_ms: null } as const
    const { verdict, findings, event } = await audit({ paid: 70 }, (day) => [settlement('nyc', day, 72, archive)])
    expect(verdict.outcome).toBe('pass')
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ kind: 'archive-differs' })
    expect(findings[0]!.markets.map((ticker) => ticker.split('-').at(-1))).toEqual(['B70.5', 'T71'])
    expect(event.paid_by).toBeNull()
  })

  it('reports a value that differs without flipping a result', async () => {
    const { findings } = await audit({ paid: 70 }, (day) => [settlement('nyc', day, 71)])
    expect(findings).toMatchObject([{ kind: 'first-final-differs', markets: [] }])
    expect(findings[0]!.sentence).toContain('no result flips')
  })

  it('holds NCEI against the others and never lets it pay', async () => {
    const ncei = { source: 'ncei', product_id: 'ncei', kind: 'cross-check', issued_ms: null } as const
    const { kinds, event } = await audit({ paid: 70 }, (day) => [
      settlement('nyc', day, 70),
      settlement('nyc', day, 65, ncei),
    ])
    expect(kinds).toEqual(['cross-check-differs'])
    expect(event).toMatchObject({ first_final: 70, archive: null, cross_checks: { ncei: 65 } })
    const alone = await audit({ paid: null }, (day) => [settlement('nyc', day, 65, ncei)])
    expect(alone.event.labels).toMatchObject({ derived: 0, missing: 3 })
  })

  it('lists a correction beside the first final that paid', async () => {
    const { kinds, event } = await audit({ paid: 70 }, (day) => [
      settlement('nyc', day, 70),
      settlement('nyc', day, 65, { product_id: 'cca', kind: 'correction', issued_ms: day * 86_400_000 + 200_000_000 }),
    ])
    expect(kinds).toEqual(['correction-differs'])
    expect(event.issuances.map(({ kind, used }) => [kind, used])).toEqual([
      ['final', true],
      ['correction', false],
    ])
  })

  it('lists a result that contradicts the exchange\u2019s own value, which no label uses', async () => {
    const { verdict, kinds, event } = await audit({ paid: 70, value: 72 }, () => [])
    expect(kinds).toEqual(['result-contradicts-value', 'result-contradicts-value'])
    expect(event.labels).toMatchObject({ exchange: 1, quarantined: 2 })
    expect(verdict.outcome).toBe('pass')
  })

  it('fails where a derived label contradicts the exchange\u2019s value', async () => {
    const { verdict, findings } = await audit({ paid: null, value: 72 }, (day) => [settlement('nyc', day, 70)])
    expect(verdict.outcome).toBe('fail')
    expect(
      findings
        .filter(({ kind }) => kind === 'label-contradicts-exchange')
        .map(({ markets }) => markets[0]!.split('-').at(-1)),
    ).toEqual(['B70.5', 'T71'])
  })

  it('fails where a sealed label is not the exchange\u2019s result', async () => {
    const sealed =
      (label: 0 | 1) =>
      (day: number): LabelsFile => ({
        city: 'nyc',
        bracket: 'between',
        labels: [
          {
            ...{
              market: `${tickerOf(day)}-B70.5`,
              event: tickerOf(day),
              event_day: formatDay(day),
              strike_type: 'between',
            },
            ...{ floor_strike: 70, cap_strike: 71, label, source: 'exchange', expiration_value: 70, quarantine: null },
            ...{ known_at: null, known_at_source: null },
          },
        ],
      })
    const tickerOf = (day: number) =>
      `KXHIGHX-25${formatDay(day).slice(5, 7) === '02' ? 'FEB' : 'MAR'}${formatDay(day).slice(8)}`
    expect((await audit({ paid: 70 }, () => [], { sealed: sealed(1) })).verdict.outcome).toBe('pass')
    const wrong = await audit({ paid: 70 }, () => [], { sealed: sealed(0) })
    expect(wrong.verdict).toMatchObject({ outcome: 'fail' })
    expect(wrong.verdict.sentence).toContain('labels KXHIGHX-25FEB')
    const contradicted = await audit({ paid: 70, value: 72 }, () => [], { sealed: sealed(1) })
    expect(contradicted.verdict.outcome).toBe('fail')
  })

  it('calls a day without settlement missing once it is over, and open before', async () => {
    const missing = await audit({ paid: null }, () => [])
    expect(missing).toMatchObject({ kinds: ['settlement-missing'], verdict: { outcome: 'not-enough-evidence' } })
    expect(missing.event.labels.missing).toBe(3)
    const day = FIRST + 100
    const open = await audit({ paid: null }, () => [], { day, now: day * 86_400_000 })
    expect(open).toMatchObject({ kinds: [], event: { status: 'open' } })
  })

  it('refuses a date whose settlement regime is unknown, and counts it', async () => {
    const { kinds, counts, verdict } = await audit({ paid: 70 }, () => [], { day: parseDay('2020-01-01') })
    expect(kinds).toEqual(['regime-unknown'])
    expect(counts).toMatchObject({ refused: 1, settled: 0 })
    expect(verdict.outcome).toBe('not-enough-evidence')
  })

  it('names a maximum of a source that does not settle the event', async () => {
    const { kinds } = await audit({ paid: 70 }, (day) => [settlement('nyc', day, 70, { source: 'reanalysis' })])
    expect(kinds).toEqual(['source-not-of-regime'])
  })

  it('names markets of one event that carry different values or no single winner', async () => {
    const day = FIRST + 2 * next++
    await saveEvents(db, 'nyc', [{ day, paid: 70 }])
    const change = (set: object, type: string) =>
      db
        .updateTable('markets')
        .set(set)
        .where('strike_type', '=', type as 'less')
        .where('ticker', 'like', `%${formatDay(day).slice(8)}-%`)
        .execute()
    await change({ result: 'yes', expiration_value: null }, 'greater')
    await change({ expiration_value: 71 }, 'less')
    const { findings } = await auditLabels({
      db,
      city: nyc,
      span: { fromDay: day, toDay: day },
      nowMs: NOW,
      sealed: null,
    })
    expect(findings.map(({ kind }) => kind)).toEqual(['value-unclear', 'winners-not-one'])
  })

  it('labels as the builder does', async () => {
    const markets = await readMarkets(db, { city: 'nyc', fromDay: FIRST - 4000, toDay: FIRST + 200 })
    const settlements = (await db.selectFrom('settlements').selectAll().execute()).filter((row) => row.city === 'nyc')
    const built = labelMarkets(markets, settlements, nyc, 'between').labels
    const audited = await auditLabels({ db, city: nyc, span: {}, nowMs: NOW, sealed: null })
    const used = audited.counts.labels
    const less = labelMarkets(markets, settlements, nyc, 'less').labels
    const greater = labelMarkets(markets, settlements, nyc, 'greater').labels
    const all = [...built, ...less, ...greater]
    expect(used.exchange).toBe(all.filter(({ source }) => source === 'exchange').length)
    expect(used.derived).toBe(all.filter(({ source }) => source === 'derived').length)
  })

  it('speaks in lines', async () => {
    const audit = await auditLabels({ db, city: nyc, span: {}, nowMs: NOW, sealed: null })
    const lines = [...labelLines(audit)]
    expect(lines[0]).toMatch(/^nyc, 2020-01-01 to .*: fail$/)
    expect(lines.join('\n')).toContain('archive-differs')
  })
})

describe('the issuance that pays', () => {
  const final = (issued_ms: number | null, tmax_f: number | null): Parameters<typeof usedSettlement>[0][number] => ({
    source: 'nws-cli',
    product_id: `${issued_ms}`,
    kind: 'final' as const,
    issued_ms,
    tmax_f,
  })
  const archive = { ...final(null, 71), source: 'archive', kind: 'archive' as const }

  it.each([
    ['the first final', [final(20, 70), final(10, 69)], 69],
    ['a final before an earlier archive', [archive, final(30, 70)], 70],
    ['the archive where no final has a temperature', [final(10, null), archive], 71],
    [
      'nothing of preliminary and corrected values',
      [
        { ...final(1, 70), kind: 'preliminary' as const },
        { ...final(2, 71), kind: 'correction' as const },
      ],
      null,
    ],
  ])('is %s', (_, issuances, expected) => {
    expect(usedSettlement(issuances)?.tmax_f ?? null).toBe(expected)
  })
})
