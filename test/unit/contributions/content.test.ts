import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { ContributionContents } from '../../../src/framework/contributions/content.ts'
import { indexContributions } from '../../../src/framework/contributions/contributions.ts'

let folder: string

const contents = (root = folder, version = '1.0.0') => {
  const contributes = { steps: { 'a:b': './step.js' }, schemas: { note: './note.json' } }
  const plugin = { name: 'made-up', version, root, pjson: { kwx: { apiVersion: 2, contributes } } }
  return new ContributionContents(indexContributions([plugin]))
}
const digest = () => contents().digest('steps/a:b')
const put = (file: string, text: string) => writeFile(join(folder, file), text)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-content-'))
  await mkdir(join(folder, 'lib'))
  await mkdir(join(folder, 'node_modules/tides'), { recursive: true })
  await put('package.json', '{ "name": "made-up", "type": "module", "imports": { "#own": "./lib/own.js" } }')
  await put('node_modules/tides/package.json', '{ "name": "tides", "version": "1.2.3", "exports": "./index.js" }')
  await put('node_modules/tides/index.js', 'export const tide = 1\n')
  await put('note.json', '{}')
  await put('beside.js', '')
  await put(
    'step.js',
    `import { a } from './lib/a.js'
import own from '#own'
import { tide } from "tides"
import { readFile } from 'node:fs/promises'
const lazy = () => import('./lib/lazy.js')
const table = new URL('./lib/table.csv', import.meta.url)
`,
  )
  await put('lib/a.js', "export * from './b.js'\n")
  await put('lib/b.js', "import './a.js'\nexport const a = 1\n")
  await put('lib/own.js', 'export default 1\n')
  await put('lib/lazy.js', 'export const l = 1\n')
  await put('lib/table.csv', '1\n')
})

describe('the content of a contribution', () => {
  it.each(['step.js', 'lib/a.js', 'lib/b.js', 'lib/own.js', 'lib/lazy.js', 'lib/table.csv'])(
    'holds the bytes of %s',
    async (file) => {
      const before = digest()
      await put(file, file === 'lib/a.js' ? "export * from './b.js' // edited\n" : '// edited\n')
      expect(digest()).not.toBe(before)
    },
  )

  it('holds the version of an imported package, not its files', async () => {
    const before = digest()
    await put('node_modules/tides/index.js', 'export const tide = 2\n')
    expect(digest()).toBe(before)
    await put('node_modules/tides/package.json', '{ "name": "tides", "version": "1.2.4", "exports": "./index.js" }')
    expect(digest()).not.toBe(before)
  })

  it('holds a file that is imported and not there yet', async () => {
    await put('step.js', "import './lib/new.js'\n")
    const before = digest()
    await put('lib/new.js', '')
    expect(digest()).not.toBe(before)
  })

  it('is the same beside another file, and in another folder', async () => {
    const before = digest()
    await put('beside.js', 'edited')
    await put('note.json', '{ "edited": true }')
    expect(digest()).toBe(before)
    const copy = await mkdtemp(join(tmpdir(), 'kwx-content-'))
    await cp(folder, copy, { recursive: true })
    expect(contents(copy).digest('steps/a:b')).toBe(before)
  })

  it('begins with the plugin and its version, and says what is not there', () => {
    expect(contents(folder, '2.0.0').digest('schemas/note')).toMatch(/^made-up@2\.0\.0 [0-9a-f]{64}$/)
    expect(contents().digest('schemas/none')).toBe('absent')
    expect(contents().digest('schemas')).not.toBe(contents().digest('steps'))
  })

  it('counts more than 1000 files by size and time', async () => {
    const names = Array.from({ length: 1100 }, (_, i) => `lib/many${i}.js`)
    for (const name of names) await put(name, '1')
    await put('step.js', names.map((name) => `import './${name}'`).join('\n'))
    const before = digest()
    await put('lib/many1099.js', '12')
    expect(digest()).not.toBe(before)
  })

  it('is read once by one reader', async () => {
    const reader = contents()
    const before = reader.digest('steps/a:b')
    await put('step.js', '')
    expect(reader.digest('steps/a:b')).toBe(before)
  })
})
