import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import type { Database } from 'kwx/database'
import { randomFrom } from 'kwx/random'
import { beforeAll, describe, expect, it } from 'vitest'

import { clear, kind, overheard, paperDatabase } from './paper-database.ts'
import { paperRows, paperWorld, type WorldOptions, workPaper } from './paper-world.ts'

const paper = paperDatabase()
let db: Database
beforeAll(() => {
  db = paper.db()
})

describe('a portfolio that is interrupted', () => {
  const OPTIONS: WorldOptions = {
    cities: ['miami', 'chicago'],
    minutes: 24,
    markets: 2,
    edge: 0.02,
    seed: 'interrupted',
  }

  /** What an uninterrupted run leaves. */
  async function uninterrupted(options: WorldOptions) {
    const world = await paperWorld(db, options)
    await workPaper(db, world, [world.first, world.last])
    const rows = await paperRows(db)
    await clear(db)
    return rows
  }

  it('between any two statements of a minute leaves the same rows as one that is not', async () => {
    const expected = await uninterrupted(OPTIONS)
    expect(expected['paper_fills']!.length).toBeGreaterThan(5)
    const world = await paperWorld(db, OPTIONS)
    let cuts = 0
    const cutTexts = new Set<string>()
    for (let minute = world.first; minute <= world.last; minute++) {
      for (let statement = 1; ; statement++) {
        const failed = await workPaper(cutAt(db, statement, cutTexts), world, [minute, minute]).then(
          () => false,
          (error: Error) => {
            if (error.message !== 'cut') throw error
            return true
          },
        )
        if (!failed) break
        cuts++
      }
    }
    // To find, open, read what happened, write.
    expect(cuts).toBeGreaterThanOrEqual(4 * OPTIONS.minutes!)
    for (const part of ['where loop = ', 'last_balance', 'from trades', 'insert into rt_minutes']) {
      expect([...cutTexts].some((text) => text.includes(part))).toBe(true)
    }
    expect(await paperRows(db)).toEqual(expected)
  })

  it.skipIf(kind.name === 'embedded')(
    'by kill -9 at any moment leaves the same rows as one that is not',
    async () => {
      const options = { ...OPTIONS, minutes: 60 }
      const expected = await uninterrupted(options)
      const world = await paperWorld(db, options)
      const { integer } = randomFrom('kill -9')
      let kills = 0
      for (;;) {
        const child = spawn(
          process.execPath,
          [
            '--conditions=kwx-source',
            join(import.meta.dirname, 'paper-child.ts'),
            paper.url(),
            String(world.last),
            JSON.stringify(options),
          ],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        )
        const ended = once(child, 'exit') as Promise<[number | null]>
        await once(child.stdout, 'data')
        const timer = setTimeout(() => kills < 6 && child.kill('SIGKILL'), 10 + integer(120))
        const [code] = await ended
        clearTimeout(timer)
        if (code === 0) break
        expect(code).toBeNull()
        kills++
      }
      expect(kills).toBeGreaterThan(1)
      expect(await paperRows(db)).toEqual(expected)
    },
    120_000,
  )
})

/** A database that fails before its n-th statement as if the process had died there. */
function cutAt(db: Database, n: number, texts: Set<string>): Database {
  let left = n
  return overheard(db, (sql) => {
    if (--left !== 0) return
    texts.add(sql)
    throw new Error('cut')
  })
}
