import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

import { describe, expect, it } from 'vitest'

import { root } from '../support/root.ts'

const DATASET = 'plugins/dataset/src/services'
const ACCEPT = 'plugins/accept/src'

/**
 * The files that a trade passes from the exchange's JSON to a gate: from the service to its table, from the table to the
 * features' file, from there to the verdict. `docs/architecture.md` shows the same list.
 */
const LEGS = {
  ingest: [
    `${DATASET}/ingest/ingest-kalshi.ts`,
    `${DATASET}/ingest/market-prices.ts`,
    'src/data/clients/kalshi/kalshi-source.ts',
    'src/data/clients/kalshi/pages.ts',
    'src/data/clients/kalshi/trades.ts',
    'src/data/clients/kalshi/fields.ts',
    'src/data/database/market-data/trades.ts',
    'src/data/database/bulk/bulk-load.ts',
    'src/data/database/bulk/copy.ts',
  ],
  build: [
    'plugins/dataset/src/steps/build.ts',
    `${DATASET}/build/build-dataset.ts`,
    `${DATASET}/build/read-data.ts`,
    `${DATASET}/build/market-rows.ts`,
    'src/data/database/market-data/trades.ts',
    'src/data/database/bulk/read-packed.ts',
    'src/domain/features/prices.ts',
    'src/domain/market/candles-from-trades.ts',
    'src/domain/features/join-market.ts',
    'src/domain/features/market-view.ts',
    'src/domain/features/price-features.ts',
    'src/domain/features/rows.ts',
    'src/base/table/parquet.ts',
  ],
  judge: [
    `${ACCEPT}/services/validation-summary.ts`,
    `${ACCEPT}/services/read-evidence.ts`,
    'src/domain/model/training-rows.ts',
  ],
}

/** The gate sees the summary by its type alone. */
const GATE = `${ACCEPT}/gates/market.ts`

const FLOORS = ['src/base/', 'src/domain/', 'src/data/', 'src/framework/', 'plugins/']
const floorOf = (file: string) => FLOORS.findIndex((floor) => file.startsWith(floor))

/** Files that a file names in its imports; a room's index and a kit subpath stand for all that they export. */
async function importsOf(file: string, seen = new Set<string>()): Promise<Set<string>> {
  const code = await readFile(join(root, file), 'utf8')
  for (const [, to = ''] of code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)) {
    const target = to.startsWith('.') ? relative(root, join(root, dirname(file), to)) : SUBPATHS[to]
    if (target === undefined || seen.has(target)) continue
    seen.add(target)
    if (target.endsWith('/index.ts')) await importsOf(target, seen)
  }
  return seen
}

const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { 'kwx-source'?: string }>
}
const SUBPATHS: Record<string, string | undefined> = Object.fromEntries(
  Object.entries(exports).map(([name, to]) => [`kwx${name.slice(1)}`, to['kwx-source']?.slice(2)]),
)

describe('the way of a trade', () => {
  it('leads through at most 25 files', () => {
    expect(new Set([...Object.values(LEGS).flat(), GATE]).size).toBeLessThanOrEqual(25)
  })

  it.each(Object.entries(LEGS))('never climbs back to a higher floor on the leg %s', (_, files) => {
    const climbs = files.slice(1).filter((file, i) => floorOf(file) > floorOf(files[i]!))
    expect(climbs).toEqual([])
  })

  it.each(Object.entries(LEGS))('goes from importer to imported on the leg %s', async (_, files) => {
    const loose: string[] = []
    for (const [i, file] of files.entries()) {
      if (i === 0) continue
      const before = await Promise.all(files.slice(0, i).map((one) => importsOf(one)))
      if (!before.some((imports) => imports.has(file))) loose.push(file)
    }
    expect(loose).toEqual([])
  })

  it('is told in docs/architecture.md', async () => {
    const text = await readFile(join(root, 'docs/architecture.md'), 'utf8')
    const missing = [...new Set([...Object.values(LEGS).flat(), GATE])].filter((file) => !text.includes(`\`${file}\``))
    expect(missing).toEqual([])
  })
})
