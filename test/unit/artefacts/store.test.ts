import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { beforeEach, describe, expect, it } from 'vitest'

import { ArtefactStore, publishFolder } from '../../../src/framework/artefacts/index.ts'

const provenance = { kwx: '0', commit: null, step: 'a:b', stepVersion: '1', plugin: 'p@1', params: {}, inputs: {} }
const sidecar = { origin: 'simulated', created: '2026-01-01T00:00:00.000Z', host: 'h', duration_ms: 1 } as const

let root: string
let store: ArtefactStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-store-'))
  store = new ArtefactStore(join(root, 'artefacts'))
})

const write = (content: string) =>
  store.write('thing', provenance, (folder) => writeFile(join(folder, 'a.txt'), content), sidecar)

describe('ArtefactStore', () => {
  it('gives equal content the same hash and keeps times and hosts outside it', async () => {
    const one = await write('x')
    const other = await store.write('thing', provenance, (folder) => writeFile(join(folder, 'a.txt'), 'x'), {
      ...sidecar,
      host: 'other',
    })
    expect(other.hash).toBe(one.hash)
    expect((await write('y')).hash).not.toBe(one.hash)
  })

  it('opens what it wrote', async () => {
    const { hash } = await write('x')
    const { folder, files } = await store.open('thing', hash, 'simulated')
    expect(Object.keys(files).sort()).toEqual(['a.txt', 'provenance.json'])
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('x')
  })

  it.each([
    ['changed', (folder: string) => writeFile(join(folder, 'a.txt'), 'tampered'), /changed a\.txt/],
    ['missing', (folder: string) => rm(join(folder, 'a.txt')), /missing a\.txt/],
    ['added', (folder: string) => writeFile(join(folder, 'b.txt'), ''), /added b\.txt/],
  ])('refuses an artefact with a %s file and names it', async (_, damage, message) => {
    const { hash, folder } = await write('x')
    await damage(folder)
    await expect(store.open('thing', hash, null)).rejects.toMatchObject({
      code: 'ARTEFACT_DAMAGED',
      message: expect.stringMatching(message),
    })
  })

  it('replaces a damaged artefact when it is made again', async () => {
    const { hash, folder } = await write('x')
    await writeFile(join(folder, 'a.txt'), 'tampered')
    expect((await write('x')).hash).toBe(hash)
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('x')
  })

  it('leaves nothing behind when the work fails', async () => {
    await expect(store.write('thing', provenance, () => Promise.reject(new Error('no')), sidecar)).rejects.toThrow('no')
    expect(await readdir(join(root, 'artefacts', 'thing'))).toEqual([])
  })
})

describe('publishFolder', () => {
  it('replaces what was published in one step', async () => {
    const to = join(root, 'reports', 'r')
    const [one, two] = [await write('one'), await write('two')]
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(root, 'reports'))
    await publishFolder(one.folder, to)
    await publishFolder(two.folder, to)
    await publishFolder(two.folder, to)
    expect(await readFile(join(to, 'a.txt'), 'utf8')).toBe('two')
  })

  it('does not touch a folder that kwx did not make', async () => {
    const { mkdir } = await import('node:fs/promises')
    const to = join(root, 'mine')
    await mkdir(to)
    await expect(publishFolder((await write('x')).folder, to)).rejects.toMatchObject({ code: 'PUBLISH_BLOCKED' })
  })
})
