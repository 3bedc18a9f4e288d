import { describe, expect, it } from 'vitest'

import { indexContributions } from '../../../src/framework/contributions/contributions.ts'
import { changedImport, olderPlugins } from '../../../src/framework/contributions/older-api.ts'
import { pluginOf } from '../../support/plugins.ts'

const plugin = (name: string, kwx: unknown) => ({ name, version: '1.0.0', root: '/nowhere', pjson: { kwx } })

describe('indexContributions', () => {
  it('ignores plugins without a kwx key', () => {
    expect(indexContributions([{ name: 'help', version: '1', root: '/', pjson: {} }]).list('steps')).toEqual([])
  })

  it('names both plugins that claim one id', () => {
    const contributes = { steps: { 'a:b': './x.js' } }
    const both = [plugin('one', { apiVersion: 2, contributes }), plugin('two', { apiVersion: 2, contributes })]
    expect(() => indexContributions(both)).toThrow(expect.objectContaining({ code: 'CONTRIBUTION_CLASH', exit: 2 }))
    expect(() => indexContributions(both)).toThrow(/one and two/)
  })

  it.each([0, 3, 9, 'x', undefined])('refuses a plugin of contract version %s', (apiVersion) => {
    expect(() => indexContributions([plugin('old', { apiVersion, contributes: {} })])).toThrow(
      expect.objectContaining({ code: 'PLUGIN_API_VERSION', exit: 2, message: expect.stringContaining('old') }),
    )
  })

  it('takes plugins of this version and of the one before, and knows which are older', () => {
    const contributes = { steps: {} }
    const plugins = [
      plugin('new', { apiVersion: 2, contributes }),
      plugin('old', { apiVersion: 1, contributes }),
      plugin('elder', { apiVersion: 1, contributes }),
      plugin('help', undefined),
    ]
    expect(indexContributions(plugins).list('steps')).toEqual([])
    expect(olderPlugins(plugins)).toEqual(['elder', 'old'])
  })

  it('refuses an unknown kind and lists the known ones', () => {
    expect(() => indexContributions([plugin('odd', { apiVersion: 2, contributes: { stepz: {} } })])).toThrow(
      expect.objectContaining({ code: 'CONTRIBUTION_KIND', hint: expect.stringContaining('steps') }),
    )
  })
})

describe('load', () => {
  it('imports code once and only when asked', async () => {
    const contributions = await pluginOf({
      gates: { 'a:b': 'globalThis.loads = (globalThis.loads ?? 0) + 1\nexport default { n: globalThis.loads }' },
    })
    expect((globalThis as { loads?: number }).loads).toBeUndefined()
    expect(await contributions.load('gates', 'a:b')).toEqual({ n: 1 })
    expect(await contributions.load('gates', 'a:b')).toEqual({ n: 1 })
  })

  it('names what a step lacks, and a file that is no path', async () => {
    const contributions = await pluginOf({ steps: { 'a:b': 'export default { title: "x", run() {} }' } })
    await expect(contributions.load('steps', 'a:b')).rejects.toMatchObject({
      code: 'CONTRIBUTION_BROKEN',
      message: expect.stringContaining('it lacks version, params, consumes, produces'),
    })
    const pjson = { kwx: { apiVersion: 2, contributes: { cities: { almond: 3 } } } }
    expect(() => indexContributions([{ name: 'odd', version: '1', root: '/', pjson }])).toThrow(
      'odd contributes cities/almond as 3; expected a path.',
    )
  })

  it('offers the nearest id for an unknown one', async () => {
    const contributions = await pluginOf({ steps: { 'dataset:build': 'export default {}' } })
    await expect(contributions.load('steps', 'dataset:biuld')).rejects.toMatchObject({
      code: 'CONTRIBUTION_UNKNOWN',
      exit: 2,
      message: expect.stringContaining('dataset:build'),
    })
  })

  it('names plugin and file of code that does not load', async () => {
    const contributions = await pluginOf({ steps: { 'a:b': 'export default (' } })
    await expect(contributions.load('steps', 'a:b')).rejects.toMatchObject({
      code: 'CONTRIBUTION_BROKEN',
      message: expect.stringContaining('made-up'),
    })
  })
})

describe('changedImport', () => {
  const missing = (subpath: string, name: string) =>
    changedImport(new SyntaxError(`The requested module '${subpath}' does not provide an export named '${name}'`))
  const gone = (subpath: string) =>
    changedImport(
      Object.assign(
        new Error(`Package subpath './${subpath}' is not defined by "exports" in /x/node_modules/kwx/package.json`),
        { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' },
      ),
    )

  it('says where a name that left is now', () => {
    expect(missing('kwx/model', 'loadModelForDate')).toBe('loadModelForDate is in kwx/model-store now')
    expect(missing('kwx/database', 'readSignals')).toBe('readSignals is internal to @kwx/plugin-rt-loop now')
    expect(missing('kwx/market', 'midOf')).toBe('midOf is internal to kwx now')
    expect(missing('kwx/settings', 'loadSettings')).toMatch(/^loadSettings is replaced by settings\(\) of KwxCommand/)
    expect(gone('reports')).toBe('kwx/reports is kwx/contracts now')
  })

  it('knows nothing of names that never were, of other modules and of other errors', () => {
    expect(missing('kwx/model', 'nonesuch')).toBeNull()
    expect(missing('kwx', 'loadModelForDate')).toBeNull()
    expect(missing('kysely', 'loadModelForDate')).toBeNull()
    expect(gone('nonesuch')).toBeNull()
    expect(changedImport(new Error('disk on fire'))).toBeNull()
    expect(changedImport(undefined)).toBeNull()
  })
})
