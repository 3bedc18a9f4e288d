import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { root } from '../support/root.ts'
import { sharedFolder } from '../support/shared.ts'

const page = await readFile(join(root, 'docs', 'safeguards.md'), 'utf8')

/** Cells of each row of the page's tables, without their heads. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !/^\| (what goes wrong|fault) \|/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))

/** The file and the test of each `file`: "name" of a cell. */
const testsOf = (cell: string) =>
  cell.split('; `').map((part) => {
    const [, file, name] = /^`?([^`]+\.test\.ts)`: "(.+)"$/.exec(part) ?? []
    return { part, file, name }
  })

describe('docs/safeguards.md', () => {
  it('has four cells in every row: what goes wrong, what is done, where, and the test', () => {
    expect(rows.length).toBeGreaterThan(40)
    for (const cells of rows) expect(cells, cells[0]).toHaveLength(4)
  })

  it('names files that are there', () => {
    const files = rows.flatMap(([, , where = '']) => [...where.matchAll(/`([^`]+)`/g)].map(([, file]) => file!))
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
    expect(files.length).toBeGreaterThanOrEqual(rows.length)
  })

  it('names tests that are there', async () => {
    for (const { part, file, name } of rows.flatMap((cells) => testsOf(cells[3]!))) {
      expect(file, part).toBeDefined()
      const text = (await readFile(join(root, file!), 'utf8')).replaceAll("\\'", "'").replace(/\(\s+/g, '(')
      const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``]
      expect(
        quoted.some((one) => text.includes(`(${one},`)),
        part,
      ).toBe(true)
    }
  })

  it.skipIf(!sharedFolder())('has every fault that the replay exchange can inject', async () => {
    const { FAULTS } = (await import(join(sharedFolder()!, 'tools/replay-exchange/lib/faults.mjs'))) as {
      FAULTS: Record<string, string>
    }
    const told = rows.flatMap(([what = '']) => [...what.matchAll(/`(\w+)`/g)].map(([, fault]) => fault))
    expect(Object.keys(FAULTS).filter((fault) => !told.includes(fault))).toEqual([])
  })
})
