import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { root } from '../support/root.ts'
import { PROGRAM, readSources } from './read-sources.ts'

describe('the sources', async () => {
  const sources = [...(await readSources(PROGRAM)).files.values()]

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
      ({ file, code }) => !edge.test(file) && /\bDate\.now\(\)|\bMath\.random\(\)|new Date\(\)/.test(code),
    )
    expect(guilty.map(({ file }) => file)).toEqual([])
  })

  it('cannot place an order', () => {
    const guilty = sources.filter(({ text: code }) =>
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
