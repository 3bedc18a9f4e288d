import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT, KwxError, messageOf } from 'kwx'
import type { Database } from 'kwx/database'
import { newestControl } from '../storage/signals.ts'

/** What the switch says: go on, act on nothing for now, or end. */
export interface SwitchState {
  readonly state: 'go' | 'pause' | 'stop'
  readonly reason: string | null
}

/** The file whose being there stops every loop of a project. */
export const stopFile = (home: string): string => join(home, 'STOP')

/**
 * Reads the stop switch: a file in KWX_HOME, and the newest row of `rt_controls`. The file is stronger.
 *
 * A switch that cannot be read ends the loop, because nobody knows that it is not thrown; but as a failure, so that a
 * service manager starts it anew until it can be read.
 *
 * @throws KwxError RT_SWITCH_UNREADABLE (exit 1)
 */
export async function readSwitch(home: string, db: Database): Promise<SwitchState> {
  try {
    const file = stopFile(home)
    const missing = await access(file).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    )
    if (missing === null) return { state: 'stop', reason: `${file} is there` }
    if (missing !== 'ENOENT') return { state: 'stop', reason: `${file} cannot be looked at: ${missing}` }
    const control = await newestControl(db)
    if (!control || control.command === 'resume') return { state: 'go', reason: null }
    return { state: control.command, reason: control.reason }
  } catch (error) {
    throw new KwxError(`The stop switch cannot be read: ${messageOf(error)}`, {
      code: 'RT_SWITCH_UNREADABLE',
      exit: EXIT.error,
      hint: 'Start the loop again when the database answers; a service manager does so by itself.',
      cause: error,
    })
  }
}
