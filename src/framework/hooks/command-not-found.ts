import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Hook, Interfaces } from '@oclif/core'

import { EXIT, type KwxError } from '../../base/errors.ts'
import { nearest } from '../../base/schema/nearest.ts'
import { changedImport, isOlder, usesChangedName } from '../contributions/older-api.ts'

/**
 * Answers a command that does not exist like any other misuse: the nearest one, exit 2, one envelope under `--json`.
 * oclif leaves out a command whose file cannot be imported; where an older plugin has such a file, the answer says why.
 */
const commandNotFound: Hook.CommandNotFound = async function ({ id, config }) {
  const { code, message, hint } = (await olderCommand(id, config)) ?? unknown(id, config)
  if (process.argv.includes('--json')) {
    const error = { code, message, hint, exit: EXIT.usage }
    process.stdout.write(`${JSON.stringify({ ok: false, command: id, error }, null, 2)}\n`)
  } else {
    process.stderr.write(`${config.bin}: ${message}\n  ${hint}\n`)
  }
  this.exit(EXIT.usage)
}

function unknown(id: string, config: Interfaces.Config) {
  const typed = id.replaceAll(':', ' ')
  const first = id.split(':')[0]!
  const guess = nearest(id, config.commandIDs) ?? nearest(first, [...config.commandIDs, ...config.topics.map(nameOf)])
  return {
    code: 'USAGE',
    message: `There is no command "${typed}"${guess ? `; the nearest is "${guess.replaceAll(':', ' ')}"` : ''}.`,
    hint: `Type "${config.bin} ${guess ? `${guess.replaceAll(':', ' ')} ` : ''}--help".`,
  }
}

/** The error of a command of an older plugin whose file imports a name that left; null where there is none. */
async function olderCommand(id: string, config: Interfaces.Config): Promise<KwxError | null> {
  for (const { name, root, pjson } of config.plugins.values()) {
    const folder = pjson.oclif?.commands
    if (!isOlder(pjson) || typeof folder !== 'string') continue
    const file = join(root, folder, `${id.replaceAll(':', '/')}.js`)
    const changed = await import(pathToFileURL(file).href).then(() => null, changedImport)
    if (changed !== null) return usesChangedName(`The command "${id.replaceAll(':', ' ')}"`, name, changed, undefined)
  }
  return null
}

const nameOf = ({ name }: { name: string }): string => name

export default commandNotFound
