import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import { repositoryContributions } from '../../../test/support/plugins.ts'
import { loadPair } from '../src/signals/load-pair.ts'
import { livePair } from './support.ts'

const contributions = repositoryContributions()

/** A project whose promoted models are those of `livePair`, with a pool's report beside them. */
async function project(blend?: object) {
  const { folder } = await livePair()
  const settings = { directories: { models: join(folder, 'm'), reports: join(folder, 'r') } } as never
  const trained = join(folder, 'm', 'trained', 'miami', 'between')
  await mkdir(trained, { recursive: true })
  await cp(join(folder, 'models', 'miami', 'between'), trained, { recursive: true })
  if (blend) {
    await mkdir(join(trained, 'acceptance'))
    await writeFile(join(trained, 'acceptance', '08_blend_grid.json'), JSON.stringify(blend))
  }
  const load = (modelDir?: string) => loadPair(join(folder, 'mia.yaml'), { contributions, settings }, modelDir)
  return { folder, load }
}
const blend = {
  city: 'miami',
  bracket: 'between',
  weight: { value: 0.4, reason: 'fitted' },
  devig: { method: 'power' },
  head: { method: 'softmax', temperature: 0.9 },
}
const pool = { weight: 0.4, devig: 'power', head: { method: 'softmax', temperature: 0.9 }, source: 'fitted' }

describe('loadPair', () => {
  it('takes the pool that the promoted model came with', async () => {
    const { load } = await project(blend)
    expect(await load()).toMatchObject({ pool, candidate: false })
  })

  it('gives the market all the weight where none was fitted', async () => {
    const { load } = await project()
    expect((await load()).pool).toEqual({
      weight: 0,
      devig: 'none',
      head: { method: 'none', temperature: null },
      source: 'no fitted weight: the market alone',
    })
  })

  it.each([
    ['another city', { ...blend, city: 'chicago' }],
    ['another bracket', { ...blend, bracket: 'less' }],
    ['no probability', { ...blend, weight: { value: 1.5, reason: '' } }],
    ['nothing', { ...blend, weight: { value: null, reason: '' } }],
    ['an unknown overround', { ...blend, devig: { method: 'magic' } }],
    ['no overround', { ...blend, devig: undefined }],
    ['no head', { ...blend, head: undefined }],
    ['an unknown head', { ...blend, head: { method: 'magic', temperature: 1 } }],
    ['a head without a temperature', { ...blend, head: { method: 'softmax', temperature: null } }],
    ['a head at temperature 0', { ...blend, head: { method: 'cumulative', temperature: 0 } }],
  ])('refuses a pool of %s', async (_, wrong) => {
    await expect((await project(wrong)).load()).rejects.toMatchObject({ code: 'RT_WEIGHT_INVALID', exit: 2 })
  })

  it('marks a candidate, whose weight is not that of what is promoted', async () => {
    const { folder, load } = await project(blend)
    expect(await load(join(folder, 'models'))).toMatchObject({ candidate: true, pool: { weight: 0 } })
  })

  it.each([
    ['2025-02-20', null],
    ['2025-03-15', 'model_stale'],
    ['2025-01-20', 'model_saw_day'],
  ])('answers for %s with %s', async (day, standDown) => {
    const { load } = await project(blend)
    expect((await (await load()).modelFor(parseDay(day))).standDown).toBe(standDown)
  })

  it('knows the challenger beside the champion, and none for a candidate', async () => {
    const { folder, load } = await project(blend)
    const pair = await load()
    expect(await pair.challengerFor!(parseDay('2025-02-20'))).toMatchObject({ model: null, standDown: 'no_model' })
    const other = await livePair({}, { intercept: 3 })
    await cp(join(other.folder, 'models'), join(folder, 'm', 'challengers'), { recursive: true })
    pair.forgetModels()
    expect((await pair.challengerFor!(parseDay('2025-02-20'))).model?.intercept).toBe(3)
    expect((await pair.modelFor(parseDay('2025-02-20'))).model?.intercept).toBe(-2.5)
    expect((await load(join(folder, 'models'))).challengerFor).toBeUndefined()
  })

  it('sees a promotion after it was told to forget', async () => {
    const { folder, load } = await project(blend)
    const pair = await load(join(folder, 'nothing-yet'))
    expect((await pair.modelFor(parseDay('2025-02-20'))).standDown).toBe('no_model')
    await mkdir(join(folder, 'nothing-yet'), { recursive: true })
    await cp(join(folder, 'models'), join(folder, 'nothing-yet'), { recursive: true })
    pair.forgetModels()
    expect((await pair.modelFor(parseDay('2025-02-20'))).standDown).toBeNull()
  })

  it('refuses a model of other features than the configuration has', async () => {
    const { folder } = await livePair({}, { feature_set_version: 'older' })
    const settings = { directories: { models: join(folder, 'm'), reports: join(folder, 'r') } } as never
    const pair = await loadPair(join(folder, 'mia.yaml'), { contributions, settings }, join(folder, 'models'))
    await expect(pair.modelFor(parseDay('2025-02-20'))).rejects.toMatchObject({ code: 'RT_MODEL_FEATURES', exit: 2 })
  })
})
