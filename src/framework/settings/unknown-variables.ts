import { nearest } from '../../base/schema/nearest.ts'
import { DEFINITIONS } from './definitions.ts'
import { isSourceVariable } from './more-sources.ts'

/** Read by oclif or by the tests. */
const OTHERS = new Set(['KWX_DATA_DIR', 'KWX_CONFIG_DIR', 'KWX_CACHE_DIR', 'KWX_TEST_DATABASE_URL'])

/**
 * Variables that look like a slip of the pen: `KWX_WORKER` for `KWX_WORKERS`.
 *
 * Not an error, because the environment belongs to others too; `kwx config show` mentions them.
 */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): { name: string; meant: string }[] {
  const known = DEFINITIONS.flatMap(({ variables }) => variables)
  return Object.keys(env)
    .filter((name) => name.startsWith('KWX_') && !isSourceVariable(name) && !known.includes(name) && !OTHERS.has(name))
    .flatMap((name) => {
      const meant = nearest(name, known)
      return meant ? [{ name, meant }] : []
    })
}
