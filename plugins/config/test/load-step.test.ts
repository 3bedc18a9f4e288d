import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Artefact, StepContext } from 'kwx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import { root } from '../../../test/support/root.ts'
import load from '../src/steps/load.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-load-'))
})
afterAll(() => rm(folder, { recursive: true }))

const context = () =>
  ({
    contributions: repositoryContributions(),
    async write(kind: string, fill: (to: string) => Promise<void>): Promise<Artefact> {
      await fill(folder)
      return { kind, hash: '', folder, files: {}, origin: null }
    },
  }) as unknown as StepContext

const MIAMI = join(root, 'configs', 'elasticnet_mia_between.yaml')

describe('config:load', () => {
  it('hands on the configuration without machine paths', async () => {
    const { artefacts, summary } = await load.run(context(), { file: MIAMI }, {})
    expect(artefacts['config']?.kind).toBe('config')
    const text = await readFile(join(folder, 'config.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      name: 'elasticnet_mia_between',
      file: 'configs/elasticnet_mia_between.yaml',
    })
    expect(text).not.toContain(root)
    expect(summary).toBe('miami between, elasticnet_rich: 8 windows, 56 test days')
  })

  it('names a file outside the working folder by its last part', async () => {
    const file = join(folder, 'far.yaml')
    await writeFile(file, await readFile(MIAMI))
    await load.run(context(), { file }, {})
    const loaded = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    expect([loaded.file, loaded.origins.city]).toEqual(['far.yaml', 'far.yaml:2:7'])
  })

  it('has a fingerprint that follows the bytes of the file', async () => {
    const file = join(folder, 'changing.yaml')
    const fingerprint = () => load.fingerprint!(context(), { file }, {})
    const seen = [await fingerprint()]
    for (const text of ['a: 1', 'a: 2', 'a: 1']) {
      await writeFile(file, text)
      seen.push(await fingerprint())
    }
    expect(seen[1]).toBe(seen[3])
    expect(new Set(seen).size).toBe(3)
  })

  it('fails with every mistake of a bad file', async () => {
    const file = join(folder, 'bad.yaml')
    await writeFile(file, 'city: mars\n')
    await expect(load.run(context(), { file }, {})).rejects.toMatchObject({ code: 'CONFIG_INVALID', exit: 2 })
    await expect(load.run(context(), { file: 'gone.yaml' }, {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
