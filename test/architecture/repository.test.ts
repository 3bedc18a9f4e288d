import { glob, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

import { describe, expect, it } from 'vitest'

import { root } from '../support/root.ts'

interface Edge {
  from: string
  to: string
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g

/** Every import of every source file; relative ones as paths from the root. */
async function importGraph(): Promise<Edge[]> {
  const edges: Edge[] = []
  for await (const file of glob('{src,migrations,plugins/*/src}/**/*.ts', { cwd: root })) {
    const code = (await readFile(join(root, file), 'utf8')).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    for (const [, to = ''] of code.matchAll(IMPORT)) {
      edges.push({ from: file, to: to.startsWith('.') ? relative(root, join(root, dirname(file), to)) : to })
    }
  }
  return edges
}

/** The part of the tree that owns a path. */
const home = (path: string) =>
  /^(src\/domain|src\/base\/(?:random|time)|src|plugins\/[^/]+|migrations)\//.exec(path)?.[1]

const PURE = ['src/domain', 'src/base/random', 'src/base/time']
const isPure = (path: string) => PURE.includes(home(path) ?? '')

const FORBIDDEN: Record<string, (edge: Edge) => boolean> = {
  'plugins never import each other': ({ from, to }) =>
    from.startsWith('plugins/') && (to.startsWith('@kwx/') || (home(to) ?? home(from)) !== home(from)),
  'plugins know the kit by name only': ({ from, to }) =>
    from.startsWith('plugins/') && (to.startsWith('src/') || to.startsWith('@oclif/')),
  'the kit does not know its plugins': ({ from, to }) =>
    from.startsWith('src/') && (to.startsWith('@kwx/') || to.startsWith('plugins/')),
  'only src/data/database opens connections': ({ from, to }) =>
    /^(pg|pg-cursor|pg-copy-streams|@electric-sql\/.*)$/.test(to) && !from.startsWith('src/data/database/'),
  'only migrations, src/data/database and the storage of plugins know kysely': ({ from, to }) =>
    /^kysely/.test(to) && !/^(src\/data\/database|migrations|plugins\/[^/]+\/src\/storage)\//.test(from),
  'the pure parts touch no files, network or processes': ({ from, to }) =>
    isPure(from) &&
    /^node:(fs|net|http|https|child_process|os|worker_threads|process)/.test(to) &&
    !from.includes('load-model'),
  'the pure parts do not reach into database, sources or pipeline': ({ from, to }) =>
    isPure(from) && /^src\/(data|framework)\//.test(to),
  'only src/base/schema knows Ajv': ({ from, to }) => /^ajv/.test(to) && !from.startsWith('src/base/schema/'),
}

describe('the import graph', async () => {
  const edges = await importGraph()

  it('is not empty', () => expect(edges.length).toBeGreaterThan(100))

  it.each(Object.entries(FORBIDDEN))('%s', (_, forbidden) => {
    expect(edges.filter(forbidden).map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })
})

describe('the manifests', () => {
  it('list one command for each command file', async () => {
    const manifests = await Array.fromAsync(glob('{.,plugins/*}/oclif.manifest.json', { cwd: root }))
    expect(manifests.length).toBeGreaterThan(1)
    for (const manifest of manifests) {
      const files = await Array.fromAsync(
        glob('{src,src/framework}/commands/**/*.ts', { cwd: join(root, dirname(manifest)) }),
      )
      const ids = files.map((file) =>
        file
          .replace(/^.*?commands\//, '')
          .slice(0, -'.ts'.length)
          .replaceAll('/', ':'),
      )
      const { commands } = JSON.parse(await readFile(join(root, manifest), 'utf8')) as { commands: object }
      expect(Object.keys(commands).sort()).toEqual(ids.sort())
    }
  })

  it('name files that exist', async () => {
    const missing: string[] = []
    for await (const manifest of glob('{.,plugins/*}/package.json', { cwd: root })) {
      const { kwx } = JSON.parse(await readFile(join(root, manifest), 'utf8')) as {
        kwx: { contributes: Record<string, Record<string, string>> }
      }
      for (const file of Object.values(kwx.contributes).flatMap((group) => Object.values(group))) {
        const source = file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')
        await readFile(join(root, dirname(manifest), source)).catch(() => missing.push(`${manifest}: ${file}`))
      }
    }
    expect(missing).toEqual([])
  })

  it('pin every dependency to one version', async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([name, version]) => name !== 'kwx' && !/^\d/.test(version),
    )
    expect(loose).toEqual([])
  })
})

describe('the sources', async () => {
  const files = await Array.fromAsync(glob('{src,migrations,plugins/*/src}/**/*.ts', { cwd: root }))
  const sources = await Promise.all(
    files.map(async (file) => ({ file, code: await readFile(join(root, file), 'utf8') })),
  )

  it('document every error code they throw', async () => {
    const documented = new Set<string>()
    for await (const page of glob('docs/errors/*.md', { cwd: root })) {
      const text = await readFile(join(root, page), 'utf8')
      for (const [, code = ''] of text.matchAll(/^\|\s*`?([A-Z][A-Z0-9_]+)`?\s*\|/gm)) documented.add(code)
    }
    const thrown = sources.flatMap(({ file, code }) =>
      [...code.matchAll(/\bcode: '([A-Z][A-Z0-9_]+)'/g)].map(([, name]) => ({ file, name: name! })),
    )
    expect(thrown.length).toBeGreaterThan(30)
    expect(thrown.filter(({ name }) => !documented.has(name)).map(({ file, name }) => `${name} (${file})`)).toEqual([])
  })

  it('take time and chance from the context only', () => {
    // The process edge may: clocks themselves, the database lock, names of temporary files, throttling and progress.
    const edge =
      /^src\/(base\/time\/clock|data\/database\/|data\/clients\/|framework\/pipeline\/|framework\/command|main)/
    const guilty = sources.filter(
      ({ file, code }) =>
        !edge.test(file) &&
        /\bDate\.now\(\)|\bMath\.random\(\)|new Date\(\)/.test(code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
    )
    expect(guilty.map(({ file }) => file)).toEqual([])
  })

  it('cannot place an order', () => {
    const guilty = sources.filter(({ code }) =>
      /portfolio\/(events\/)?orders|method: '(POST|PUT|DELETE|PATCH)'/.test(code),
    )
    expect(guilty.map(({ file }) => file)).toEqual([])
  })

  it('keep every command parsing its flags', () => {
    const commands = sources.filter(({ file }) => file.includes('/commands/'))
    expect(commands.length).toBeGreaterThan(10)
    expect(commands.filter(({ code }) => !code.includes('await this.parse(')).map(({ file }) => file)).toEqual([])
  })
})
