import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { writeJson } from 'kwx/artefacts'
import { chooseWindow, lastDaySeen, type ModelFile } from 'kwx/model'
import { loadModelForDate } from 'kwx/model-store'
import { formatDay, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { modelExample } from '../../support/model-example.ts'

const coded = (code: string) => expect.objectContaining({ code })

/** Ten training days from `start` on, then seven test days. */
function windowFrom(start: number): ModelFile {
  const at = (k: number) => formatDay(start + k)
  const name = `win_${at(0)}_${at(16)}`.replaceAll('-', '')
  return modelExample({
    window: name,
    training: { first_day: at(0), last_day: at(9), days: [at(0), at(1)], rows: 80, positives: 20 },
    calibration: { reason: 'a test', rows: 40, days: [at(2)] },
    test: { first_day: at(10), last_day: at(16) },
  })
}

const first = parseDay('2025-01-01')
const windows = [windowFrom(first + 7), windowFrom(first), windowFrom(first + 14)] // in no order

describe('chooseWindow', () => {
  it.each([
    ['2025-01-11', 'win_20250101_20250117', false],
    ['2025-01-17', 'win_20250101_20250117', false],
    ['2025-01-18', 'win_20250108_20250124', false],
    ['2025-01-25', 'win_20250115_20250131', false],
    ['2025-01-31', 'win_20250115_20250131', false],
    ['2025-02-01', 'win_20250115_20250131', true],
  ])('gives for %s the window %s, stale: %s', (date, window, isStale) => {
    const { chosen, stale } = chooseWindow(windows, date)
    expect(chosen.window).toBe(window)
    expect(stale !== null).toBe(isStale)
    if (stale) expect(stale).toContain('2025-01-31')
  })

  it.each(['2025-01-10', '2025-01-01', '2024-12-31'])('refuses %s, which every window saw or came after', (date) => {
    expect(() => chooseWindow(windows, date)).toThrow(coded('MODEL_SAW_DATE'))
  })

  it('never gives a window that saw the date, and always the latest that did not', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 40 }), (offset) => {
        const day = first + offset
        const usable = windows.filter(({ training }) => parseDay(training.last_day) < day)
        if (usable.length === 0) expect(() => chooseWindow(windows, formatDay(day))).toThrow()
        else {
          const { chosen } = chooseWindow(windows, formatDay(day))
          expect(parseDay(chosen.training.last_day)).toBe(
            Math.max(...usable.map(({ training }) => parseDay(training.last_day))),
          )
        }
      }),
    )
  })

  it('counts calibration days as seen', () => {
    const late = { ...windowFrom(first), calibration: { reason: '', rows: 1, days: ['2025-01-12'] } }
    expect(() => chooseWindow([late], '2025-01-12')).toThrow(coded('MODEL_SAW_DATE'))
  })

  describe('with an embargo', () => {
    /** Trained on the same span without its last days. */
    const embargoed = (start: number, embargo_days: number): ModelFile => ({ ...windowFrom(start), embargo_days })

    it.each([1, 3])('of %i days is used from its first test day on, which is the day after its span', (embargo) => {
      const window = embargoed(first, embargo)
      expect(lastDaySeen(window)).toBe(first + 9 - embargo)
      expect(chooseWindow([window], '2025-01-11').chosen).toBe(window)
      expect(() => chooseWindow([window], '2025-01-10')).toThrow(coded('MODEL_SAW_DATE'))
    })

    it('never uses a day that is not over before the eve of the date', () => {
      fc.assert(
        fc.property(fc.integer({ min: -5, max: 40 }), fc.integer({ min: 0, max: 9 }), (offset, embargo) => {
          const own = [0, 7, 14].map((start) => embargoed(first + start, embargo))
          const usable = own.filter((window) => lastDaySeen(window) + embargo < first + offset)
          const date = formatDay(first + offset)
          if (usable.length === 0) expect(() => chooseWindow(own, date)).toThrow(coded('MODEL_SAW_DATE'))
          else expect(chooseWindow(own, date).chosen).toBe(usable.at(-1))
        }),
      )
    })

    it('counts a day of the embargo that was used all the same, and the embargo after it', () => {
      const calibration = { reason: '', rows: 1, days: ['2025-01-10'] }
      const window = { ...embargoed(first, 1), calibration }
      expect(() => chooseWindow([window], '2025-01-11')).toThrow(
        expect.objectContaining({ details: { date: '2025-01-11', earliest: '2025-01-12' } }),
      )
      expect(chooseWindow([window], '2025-01-12').chosen).toBe(window)
    })
  })

  it('refuses what is not a date', () => expect(() => chooseWindow(windows, '2025-02-30')).toThrow('not a date'))
})

describe('loadModelForDate', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kwx-models-'))
    for (const model of windows) {
      const folder = join(root, 'atlantis', 'between', model.window)
      await mkdir(folder, { recursive: true })
      await writeJson(join(folder, 'model.json'), model)
    }
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  it('loads from the folder of city and bracket', async () => {
    const { model, file, stale } = await loadModelForDate('atlantis', 'between', '2025-01-20', root)
    expect(model).toEqual(windows[0])
    expect(file).toBe(join(root, 'atlantis', 'between', model.window, 'model.json'))
    expect(stale).toBeNull()
  })

  it("loads from one pilot's own folder", async () => {
    const { model } = await loadModelForDate('atlantis', 'between', '2025-01-20', join(root, 'atlantis', 'between'))
    expect(model.window).toBe('win_20250108_20250124')
  })

  it('reads windows of one version while the link to it is moved', async () => {
    const link = join(root, 'linked')
    await symlink(join(root, 'atlantis', 'between'), link)
    const { file } = await loadModelForDate('atlantis', 'between', '2025-01-20', link)
    expect(file).not.toContain('linked')
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(windows[0])
  })

  it('says so where there is none', async () => {
    await expect(loadModelForDate('atlantis', 'less', '2025-01-20', root)).rejects.toEqual(coded('MODEL_NONE'))
  })

  it('refuses a model of another city', async () => {
    const own = join(root, 'atlantis', 'between')
    await expect(loadModelForDate('mu', 'between', '2025-01-20', own)).rejects.toEqual(coded('MODEL_MISPLACED'))
  })

  it('refuses everything while one window was edited', async () => {
    const file = join(root, 'atlantis', 'between', windows[1]!.window, 'model.json')
    await writeJson(file, { ...windows[1]!, intercept: 9 })
    await expect(loadModelForDate('atlantis', 'between', '2025-01-20', root)).rejects.toEqual(coded('MODEL_EDITED'))
  })
})
