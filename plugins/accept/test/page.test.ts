import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type PageElement, parsePage, strayNumbers } from '../../../test/support/parse-page.ts'
import { DECISION, DECISION_NAMES, type Decision } from '../src/decision.ts'
import { renderPage } from '../src/page/page.ts'
import { type Reports, SUMMARY_HTML, SUMMARY_PAGE } from '../src/reports.ts'
import { allReports, BLUNT, good, SHARP } from './support/cases.ts'
import { decided } from './support/decision.ts'
import { closeShared, type Judged, judged } from './support/judge.ts'
import { type MadePilot, madePilot, week } from './support/pilot.ts'

afterAll(closeShared)

const pageOf = ({ artefacts }: Judged) => readFile(join(artefacts['report']!.folder, SUMMARY_HTML), 'utf8')
const named = (elements: readonly PageElement[], name: string) => elements.filter((one) => one.name === name)
const drawingsOf = (page: string) => page.match(/<svg viewBox[^>]*role="img"[\s\S]*?<\/svg>/g) ?? []

/** Every number of a value, and those in its texts. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [Math.abs(value)]
  if (typeof value === 'string') return (value.match(/\d+(\.\d+)?/g) ?? []).map(Number)
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(numbersOf)
}

const decisionOf = async ({ artefacts }: Judged): Promise<Decision> => {
  const { folder } = artefacts['report']!
  const entries = DECISION_NAMES.map(async (name) => {
    const content = JSON.parse(await readFile(join(folder, DECISION[name].file), 'utf8'))
    return [name, { artefact: { files: {} }, content }]
  })
  return Object.fromEntries(await Promise.all(entries)) as Decision
}

const WHOLE = ['svg', 'details', 'table', 'figure', 'section']
const CASES: [string, () => Promise<Judged>][] = [
  ['a pass', async () => judged(await madePilot(good()))],
  ['a failure', async () => judged(await madePilot({ windows: [week(BLUNT), week(SHARP)] } satisfies MadePilot))],
  ['one day', async () => judged(await madePilot({ windows: [[SHARP]] }))],
  ['no window', async () => judged(await madePilot({ windows: [null] }))],
  ['a whole decision', async () => judged(await decided(await madePilot(good()), {}))],
]

describe.each(CASES)('the page with drawings of %s', (_, make) => {
  let result: Judged
  let reports: Reports
  let page: string
  let elements: PageElement[]
  beforeAll(async () => {
    result = await make()
    reports = await allReports(result)
    page = await pageOf(result)
    elements = parsePage(page)
  })

  it('is well formed, for phones too, and each id is there once', () => {
    for (const name of WHOLE) expect(named(elements, name).length).toBeGreaterThan(0)
    const meta = named(elements, 'meta').map(({ attributes }) => attributes.get('name'))
    expect(meta).toContain('viewport')
    const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('opens with the verdict, then says how often the days were evaluated', () => {
    const texts = named(elements, 'p').map(({ text }) => text)
    const { verdict, evaluations } = reports.summary
    const opening = texts.slice(0, 2).join(' ')
    expect(verdict.sentence === texts[0] || verdict.sentence === opening).toBe(true)
    expect(texts.slice(1, 3)).toContain(evaluations.sentence)
  })

  it('has no script and asks for nothing outside', () => {
    expect(named(elements, 'script')).toEqual([])
    const links = elements.flatMap(({ attributes }) =>
      ['src', 'href', 'srcset', 'action', 'data'].flatMap((key) => attributes.get(key) ?? []),
    )
    expect(links.filter((link) => !/^([\w.]+|data:,)$/.test(link))).toEqual([])
    expect(elements.flatMap(({ attributes }) => [...attributes.keys()].filter((key) => key.startsWith('on')))).toEqual(
      [],
    )
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|@import|@font-face/)
  })

  it('draws within its boxes, each drawing with a title and a description', () => {
    const drawings = drawingsOf(page)
    expect(drawings.length).toBeGreaterThanOrEqual(12)
    for (const svg of drawings) {
      expect(strayNumbers(svg)).toEqual([])
      const parts = parsePage(svg)
      const ids = parts[0]!.attributes.get('aria-labelledby')!.split(' ')
      expect(parts.slice(1, 3).map(({ attributes }) => attributes.get('id'))).toEqual(ids)
      expect(parts[1]!.text.length).toBeGreaterThan(5)
      expect(parts[2]!.text.length).toBeGreaterThan(5)
    }
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('has the figures of each drawing in a table of the same part', () => {
    const parts = page.split('<section class="panel').slice(1)
    for (const part of parts.filter((text) => text.includes('<figure>'))) expect(part).toContain('<details>')
  })

  it('holds no figure in its tables that is not in the files', async () => {
    const decision = await decisionOf(result).catch(() => ({}))
    const known = numbersOf([reports, decision])
    const near = (text: string) => {
      const decimals = text.split('.')[1]?.length ?? 0
      return known.some((value) => value.toFixed(decimals) === text || (100 * value).toFixed(decimals) === text)
    }
    const cells = elements.filter(({ name, within }) => (name === 'td' || name === 'dd') && !within.includes('svg'))
    const found = cells.flatMap(({ text }) => text.replaceAll(/\d\d_\w+|[0-9a-f]{64}/g, '').match(/\d+(\.\d+)?/g) ?? [])
    expect(found.length).toBeGreaterThan(40)
    expect(found.filter((text) => !near(text))).toEqual([])
  })

  it('has the same bytes when rendered again, within 0.3 s', async () => {
    const decision = await decisionOf(result).catch(() => ({}))
    const start = performance.now()
    const again = renderPage(reports, decision)
    expect(performance.now() - start).toBeLessThan(300)
    if (!('backtest' in decision)) expect(again).toBe(page)
    expect(renderPage(reports, decision)).toBe(again)
  })
})

describe('the page with drawings', () => {
  it('is named in the page in Markdown, and names it', async () => {
    const result = await judged(await madePilot(good()))
    const markdown = await readFile(join(result.artefacts['report']!.folder, SUMMARY_PAGE), 'utf8')
    expect(markdown).toContain(`](${SUMMARY_HTML})`)
    expect(await pageOf(result)).toContain(`<a href="${SUMMARY_PAGE}">`)
  })

  it('shows pool, backtest and audits where their files are', async () => {
    const page = await pageOf(await judged(await decided(await madePilot(good()), {})))
    for (const words of [
      ...[
        'Pool of model and market',
        'Weight of the model',
        'E-processes of the pooled probability',
        '<a href="report.html">',
      ],
      ...['Time alignment', 'Gated features', '<td>4.4400</td>', '<td>−0.0211</td>', 'lie'].slice(0, 4),
    ]) {
      expect(page).toContain(words)
    }
  })

  it('draws the model, the market and the bands of file 03', async () => {
    const result = await judged(await madePilot(good()))
    const { calibration } = await allReports(result)
    const { consistency } = calibration
    expect(consistency).toMatchObject({ level: 0.95, draws: 1000, seed: 42 })
    const filled = consistency.model.filter(({ low }) => low !== null)
    expect(filled.map(({ bin_range }) => bin_range)).toEqual(['(0.1, 0.2]', '(0.7, 0.8]'])
    for (const { low, high } of filled) expect(high!).toBeGreaterThan(low!)
    // 70 markets of their own at 0.2: 14 YES expected, with a standard deviation of 3.35.
    expect(filled[0]!.low).toBeGreaterThan(0.06)
    expect(filled[0]!.low).toBeLessThan(0.15)
    expect(filled[0]!.high).toBeGreaterThan(0.25)
    expect(filled[0]!.high).toBeLessThan(0.34)
    const [svg] = drawingsOf(await pageOf(result)).filter((text) => text.includes('reliability-wd'))
    expect(svg!.match(/class="band"/g)).toHaveLength(2)
    expect(svg!.match(/class="point"/g)).toHaveLength(2)
    expect(svg!.match(/class="beside"/g)).toHaveLength(2)
  })

  it('shows names with markup as text', async () => {
    const result = await judged(await decided(await madePilot(good()), {}))
    const hostile = '</style></title><img src="x" onerror="alert(1)"><script>alert(2)</script>\'"&amp;'
    const words = new Set(['outcome', 'verdict', 'status', 'origin', 'reading', 'judged', 'day', 'window', 'bin_range'])
    const spoiled = (value: unknown, key = ''): unknown => {
      if (typeof value === 'string') return words.has(key) ? value : `${value}${hostile}`
      if (Array.isArray(value)) return value.map((one) => spoiled(one, key))
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoiled(one, name)]))
    }
    const decision = await decisionOf(result)
    const reports = spoiled(await allReports(result)) as Reports
    const list = reports.summary.decision.map((entry, k) => ({ ...entry, file: DECISION[DECISION_NAMES[k]!].file }))
    const page = renderPage(
      { ...reports, summary: { ...reports.summary, decision: list } },
      {
        ...(Object.fromEntries(
          DECISION_NAMES.map((name) => [name, { artefact: { files: {} }, content: spoiled(decision[name]!.content) }]),
        ) as unknown as Decision),
      },
    )
    const elements = parsePage(page)
    expect(elements.filter(({ name }) => ['script', 'img'].includes(name))).toEqual([])
    expect(elements.flatMap(({ attributes }) => [...attributes.keys()].filter((key) => key.startsWith('on')))).toEqual(
      [],
    )
    const shown = elements.filter(({ text }) => text.includes('onerror="alert(1)"'))
    expect(shown.length).toBeGreaterThan(40)
    expect(named(elements, 'title')[0]!.text).toContain('<script>')
  })
})
