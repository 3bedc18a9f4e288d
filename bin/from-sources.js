import { existsSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Config, Plugin, settings } from '@oclif/core'

/**
 * oclif load options under which commands come from the sources of every plugin that has them.
 *
 * oclif's own development mode wants a TypeScript loader and compiler API; Node reads the sources by itself, so each
 * plugin is described to oclif as if `src` were its output. Installed plugins (inside node_modules) stay as they are.
 */
export async function sourceOptions(rootUrl) {
  settings.enableAutoTranspile = false
  const config = await Config.load({ root: fileURLToPath(rootUrl) })
  const plugins = new Map()
  for (const plugin of config.plugins.values())
    plugins.set(plugin.name, await fromSource(plugin, realpathSync(config.root)))
  return { root: config.root, plugins }
}

async function fromSource(plugin, home) {
  const root = realpathSync(plugin.root) // workspaces are links inside node_modules
  const commands = String(plugin.pjson.oclif?.commands).replace('./dist/', './src/')
  const isOurs = !root.includes(`${sep}node_modules${sep}`) && existsSync(join(root, commands))
  if (!isOurs) return plugin
  const source = new Plugin({
    root,
    isRoot: plugin.isRoot,
    type: plugin.type,
    pjson: { ...plugin.pjson, oclif: { ...plugin.pjson.oclif, commands } },
    ignoreManifest: true,
    // A command of a linked plugin that cannot be read is left out, as bin/run.js leaves it out.
    errorOnManifestCreate: root === home || root.startsWith(home + sep),
  })
  await source.load()
  return source
}
