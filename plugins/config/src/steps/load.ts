import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { defineStep } from 'kwx'
import { canonicalJson, readJson, sha256, writeJson } from 'kwx/artefacts'
import { configPath, type LoadedConfig, loadProductionConfig, portablePath, productionConfigSchema } from 'kwx/config'

import { countWindows } from '../services/count-windows.ts'

interface Params {
  file: string
}

export default defineStep<Params>({
  title: 'load the production configuration',
  version: '1',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['file'],
    properties: {
      file: {
        description: 'A production configuration, relative to the working folder; "kwx:" starts a path inside kwx.',
        type: 'string',
        minLength: 1,
      },
    },
  },
  consumes: {},
  produces: { config: 'config' },
  resolves: {
    name: ({ file }) => resolve(configPath(file)),
    async values({ config }) {
      const { config: values } = await readJson<LoadedConfig>(join(config!.folder, 'config.json'))
      return { ...values }
    },
  },
  async fingerprint(_ctx, { file }) {
    // A file that cannot be read is reported by `run`, with what lies beside it.
    const bytes = await readFile(configPath(file)).catch(() => '')
    // The schema too: a key or a default that it gained is not in what an older one wrote.
    const schema = sha256(canonicalJson(productionConfigSchema))
    return sha256(`${portablePath(file)}\n${sha256(bytes)}\n${schema}`)
  },
  async run(ctx, { file }) {
    const loaded = await loadProductionConfig(file, ctx.contributions)
    const { windows, testDays } = countWindows(loaded.config)
    const { city, bracket, feature_set } = loaded.config
    const config = await ctx.write('config', (folder) => writeJson(join(folder, 'config.json'), loaded))
    return {
      artefacts: { config },
      summary: `${city} ${bracket}, ${feature_set}: ${windows} windows, ${testDays} test days`,
    }
  },
})
