import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { DEFINITIONS, shownSetting, shownSettings, unknownVariables } from '../../../src/framework/settings/index.ts'
import { loadSettings } from '../../../src/framework/settings/load-settings.ts'

const env = {
  KWX_VC_KEY: 'hunter2',
  DATABASE_URL: 'postgres://me:hunter2@h:5432/kwx',
}
const settings = () => loadSettings({ cwd: tmpdir(), env })

describe('shownSettings', () => {
  it('has every setting, its origin, and no secret', async () => {
    const shown = shownSettings(await settings())
    expect(shown.map(({ key }) => key)).toEqual(DEFINITIONS.map(({ key }) => key))
    expect(JSON.stringify(shown)).not.toContain('hunter2')
    expect(shown.find(({ key }) => key === 'sources.visual-crossing.key')).toMatchObject({
      value: '***',
      origin: 'KWX_VC_KEY',
    })
    expect(shown.find(({ key }) => key === 'databaseUrl')?.value).toBe('postgres://me:***@h:5432/kwx')
  })

  it('says when a setting is not set, and knows no others', async () => {
    const plain = await loadSettings({ cwd: tmpdir(), env: {} })
    expect(shownSetting(plain, 'sources.visual-crossing.key')).toMatchObject({ value: null, origin: 'not set' })
    expect(shownSetting(plain, 'sources.kalshi')).toBeUndefined()
    expect(shownSetting(plain, '__proto__')).toBeUndefined()
  })
})

describe('unknownVariables', () => {
  it('finds slips of the pen and leaves others alone', () => {
    const names = ['KWX_WORKER', 'KWX_WORKERS', 'KWX_DATA_DIR', 'KWX_TEST_DATABASE_URL', 'HOME', 'KWX_ZZZZZZZZ']
    expect(unknownVariables(Object.fromEntries(names.map((name) => [name, '1'])))).toEqual([
      { name: 'KWX_WORKER', meant: 'KWX_WORKERS' },
    ])
  })
})
