import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { readonly type: 'minor' | 'major' }) => void

/** Minutes after which all that is in memory is looked through, and not only what is new. */
const ALL_EVERY = 10

/**
 * Collects garbage when nobody waits for a signal. Left alone the engine collects when it allocates, which is while a minute
 * is worked through: every tenth minute or so its signals come 10 to 30 ms later.
 *
 * @returns to be called after a tick, with the number of minutes that it worked through
 * @cost  2 ms a minute, 30 ms every ten minutes
 */
export function garbageCollector(): (minutes: number) => void {
  setFlagsFromString('--expose-gc')
  // The flag holds for contexts that are made after it.
  const collect = runInNewContext('gc') as Collect
  let since = 0
  return (minutes) => {
    if (minutes === 0) return
    since += minutes
    const isAll = since >= ALL_EVERY
    if (isAll) since = 0
    collect({ type: isAll ? 'major' : 'minor' })
  }
}
