import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'
import { checkAgainst, readYaml } from '../../src/base/schema/index.ts'
import { pipelineSchema } from '../../src/framework/pipeline/pipeline-file.ts'
import { root } from '../support/root.ts'

interface CommandManifest {
  flags: Record<string, { char?: string; allowNo?: boolean }>
  args: Record<string, unknown>
}

const FROM_OCLIF = ['autocomplete', 'plugins', 'help']

let commands: Map<string, CommandManifest>
const pages: { page: string; text: string }[] = []

beforeAll(async () => {
  commands = new Map()
  for await (const file of glob('{.,plugins/*}/oclif.manifest.json', { cwd: root })) {
    const manifest = JSON.parse(await readFile(join(root, file), 'utf8')) as {
      commands: Record<string, CommandManifest>
    }
    for (const [id, command] of Object.entries(manifest.commands)) commands.set(id.replaceAll(':', ' '), command)
  }
  for await (const page of glob('{README.md,docs/**/*.md}', { cwd: root }))
    pages.push({ page, text: await readFile(join(root, page), 'utf8') })
})

/** `kwx ...` in shell blocks and in inline code. */
function examples(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.replaceAll('\\\n', ' ').split('\n'),
  )
  const inline = [...text.matchAll(/`((?:npx )?kwx [^`\n]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline].flatMap((line) => {
    const found = /(?:^|\s)(?:npx )?kwx ([a-z][^#&|]*)/.exec(line)
    return found ? [found[1]!.trim()] : []
  })
}

describe('the documentation', () => {
  it('has examples', () => expect(pages.flatMap(({ text }) => examples(text)).length).toBeGreaterThan(15))

  it('shows only commands and flags that exist', () => {
    const wrong: string[] = []
    for (const { page, text } of pages) {
      for (const example of examples(text)) {
        const words = example.split(/\s+/)
        if (FROM_OCLIF.includes(words[0]!)) continue
        const id = [words.slice(0, 2).join(' '), words[0]!].find((name) => commands.has(name))
        if (!id) {
          wrong.push(`${page}: kwx ${example}`)
          continue
        }
        const { flags } = commands.get(id)!
        for (const word of words.filter((one) => one.startsWith('--'))) {
          const name = word.slice(2).split('=')[0]!
          if (!flags[name]) wrong.push(`${page}: kwx ${example} (--${name})`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('shows only pipelines that fit their schema', async () => {
    let seen = 0
    for (const { page, text } of pages) {
      for (const [, block = ''] of text.matchAll(/```yaml\n([\s\S]*?)```/g)) {
        if (!/^steps:/m.test(block)) continue
        seen++
        expect(await checkAgainst(pipelineSchema, await readYaml({ text: block, file: page }))).toEqual([])
      }
    }
    expect(seen).toBeGreaterThan(0)
  })

  it('links only to files that exist', async () => {
    const broken: string[] = []
    for (const { page, text } of pages) {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        const { existsSync } = await import('node:fs')
        if (!existsSync(join(root, page, '..', target))) broken.push(`${page} -> ${target}`)
      }
    }
    expect(broken).toEqual([])
  })

  it('starts the README with the two commands', () => {
    const readme = pages.find(({ page }) => page === 'README.md')!.text
    const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block)
    expect(blocks[0]).toBe('npm ci && npx kwx run quickstart\n')
    expect(blocks).toContain('npm ci && npm test\n')
  })
})
