import type { Hook } from '@oclif/core'

import { EXIT } from '../../base/errors.ts'
import { nearest } from '../../base/schema/nearest.ts'

/** Answers a command that does not exist like any other misuse: the nearest one, exit 2, one envelope under `--json`. */
const commandNotFound: Hook.CommandNotFound = async function ({ id, config }) {
  const typed = id.replaceAll(':', ' ')
  const first = id.split(':')[0]!
  const guess = nearest(id, config.commandIDs) ?? nearest(first, [...config.commandIDs, ...config.topics.map(nameOf)])
  const message = `There is no command "${typed}"${guess ? `; the nearest is "${guess.replaceAll(':', ' ')}"` : ''}.`
  const hint = `Type "${config.bin} ${guess ? `${guess.replaceAll(':', ' ')} ` : ''}--help".`
  if (process.argv.includes('--json')) {
    const error = { code: 'USAGE', message, hint, exit: EXIT.usage }
    process.stdout.write(`${JSON.stringify({ ok: false, command: id, error }, null, 2)}\n`)
  } else {
    process.stderr.write(`${config.bin}: ${message}\n  ${hint}\n`)
  }
  this.exit(EXIT.usage)
}

const nameOf = ({ name }: { name: string }): string => name

export default commandNotFound
