import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type ModelFile, modelId } from 'kwx/model'
import { loadModelForDate, MODEL_BYTES, readModelFile } from 'kwx/model-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { modelExample } from '../../support/model-example.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-hostile-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const text = JSON.stringify(modelExample())
const withKey = (key: string) => text.replace('{', `{${key},`)
/** The id is right for the content, as a forger would have it. */
const forged = (parts: object) => {
  const model = { ...modelExample(), ...parts } as ModelFile
  return JSON.stringify({ ...model, id: modelId(model) })
}
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const { training, calibration } = modelExample()

async function given(content: string | Uint8Array): Promise<string> {
  const file = join(folder, 'model.json')
  await rm(file, { recursive: true, force: true })
  await writeFile(file, content)
  return file
}

describe('a model file from anywhere', () => {
  it('is read when it is a model', async () => {
    expect(await readModelFile(await given(text))).toEqual(modelExample())
  })

  it.each<[string, string | Uint8Array, string]>([
    ['a key __proto__', withKey('"__proto__": {"coefficients": [9, 9]}'), 'MODEL_INVALID'],
    ['a key constructor', withKey('"constructor": {"prototype": {"toString": 1}}'), 'MODEL_INVALID'],
    ['a key toJSON', withKey('"toJSON": "() => 1"'), 'MODEL_INVALID'],
    ['a function as text', text.replace('[0.5,-1]', '["() => process.exit(1)",-1]'), 'MODEL_INVALID'],
    ['code after the end', `${text};process.exit(1)`, 'FILE_UNREADABLE'],
    ['code instead', 'process.exit(1)', 'FILE_UNREADABLE'],
    ['the text NaN for a number', text.replace('"intercept":0.25', '"intercept":"NaN"'), 'MODEL_INVALID'],
    ['a bare NaN', text.replace('"intercept":0.25', '"intercept":NaN'), 'FILE_UNREADABLE'],
    ['a number beyond the largest', text.replace('"intercept":0.25', '"intercept":1e999'), 'MODEL_INVALID'],
    ['null for a number', text.replace('"intercept":0.25', '"intercept":null'), 'MODEL_INVALID'],
    [
      'a key twice, the second edited',
      text.replace('{', '{"intercept":7,').replace('"intercept":0.25', '"intercept":7'),
      'MODEL_EDITED',
    ],
    ['a hundred thousand brackets', nested(100_000), 'MODEL_INVALID'],
    ['them inside a model', text.replace('[0.5,-1]', nested(5000)), 'MODEL_INVALID'],
    ['a million coefficients', forged({ coefficients: new Array(1_000_000).fill(1) }), 'MODEL_INVALID'],
    ['a day that is none', forged({ training: { ...training, last_day: '2025-02-30' } }), 'MODEL_INVALID'],
    ['a day of year 50', forged({ calibration: { ...calibration, days: ['0050-01-01'] } }), 'MODEL_INVALID'],
    ['a window that is a path', forged({ window: '../../../etc' }), 'MODEL_INVALID'],
    ['a scale of zero', forged({ scaling: { mean: [0, 0], scale: [0, 1] } }), 'MODEL_INVALID'],
    ['nothing', '', 'FILE_UNREADABLE'],
    ['half of it', text.slice(0, text.length / 2), 'FILE_UNREADABLE'],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0, 1), 'FILE_UNREADABLE'],
    ['more than is read', `${text}${' '.repeat(MODEL_BYTES)}`, 'MODEL_INVALID'],
  ])('is refused with %s', async (_, content, code) => {
    await expect(readModelFile(await given(content))).rejects.toMatchObject({ code, exit: 1 })
    expect(Object.prototype).not.toHaveProperty('coefficients')
  })

  it('is refused when it is a folder, a link or a pipe that never ends', async () => {
    const file = await given(text)
    const other = join(folder, 'other.json')
    await symlink(file, other)
    await expect(readModelFile(other)).rejects.toMatchObject({ code: 'MODEL_INVALID' })
    await mkdir(join(folder, 'model'))
    await expect(readModelFile(join(folder, 'model'))).rejects.toMatchObject({ code: 'MODEL_INVALID' })
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await expect(readModelFile(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'MODEL_INVALID' })
  })

  it('keeps the loader from giving any model of its folder', async () => {
    const own = join(folder, 'atlantis/between/win_20250101_20250117')
    await mkdir(own, { recursive: true })
    await writeFile(join(own, 'model.json'), withKey('"__proto__": {}'))
    await expect(loadModelForDate('atlantis', 'between', '2025-01-12', folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    })
  })

  it('may list more days than a call has arguments', async () => {
    const many = forged({ training: { ...training, days: new Array(300_000).fill('2025-01-02') } })
    const own = join(folder, 'many/atlantis/between/win_20250101_20250117')
    await mkdir(own, { recursive: true })
    await writeFile(join(own, 'model.json'), many)
    const { stale } = await loadModelForDate('atlantis', 'between', '2025-01-12', join(folder, 'many'))
    expect(stale).toBeNull()
  })
})
