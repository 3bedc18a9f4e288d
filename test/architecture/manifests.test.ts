import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { API_VERSION } from '../../src/framework/contributions/contributions.ts'
import { root } from '../support/root.ts'

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

  it('say the version of the contribution API that this kit has', async () => {
    const versions: Record<string, number> = {}
    for await (const manifest of glob('{.,plugins/*}/package.json', { cwd: root })) {
      const { kwx } = JSON.parse(await readFile(join(root, manifest), 'utf8')) as { kwx: { apiVersion: number } }
      versions[manifest] = kwx.apiVersion
    }
    expect(Object.entries(versions).filter(([, version]) => version !== API_VERSION)).toEqual([])
    expect(Object.keys(versions).length).toBeGreaterThan(10)
  })
})
