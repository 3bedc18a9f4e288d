import { loadCity } from 'kwx/cities'
import type { ModelFolders } from 'kwx/model-store'
import { modelFolders } from 'kwx/model-store'
import type { Environment } from 'kwx/pipeline'
import type { Place } from '../storage/registry.ts'

/** Moments between which a change of what is live can be cut off, in this order. */
export type Moment = 'pending' | 'staged' | 'recorded' | 'linked'

/** What the registry touches. */
export type World = Pick<Environment, 'settings' | 'contributions' | 'clock' | 'store' | 'database'> & {
  /** Told of each moment when it is reached; a crash in it is a crash there. */
  readonly reached?: (moment: Moment) => void
  /** One line for the person who watches. */
  readonly news?: (line: string) => void
}

export const foldersOf = (world: World): ModelFolders => modelFolders(world.settings.directories.models)

/** `chicago between`, `chicago between (challenger)`. */
export const named = ({ city, bracket, role }: Place): string =>
  `${city} ${bracket}${role === 'challenger' ? ' (challenger)' : ''}`

/**
 * Minutes east of UTC of a city's standard time. A city whose plugin is gone still has models; its day is then that of
 * UTC.
 */
export const offsetOf = (world: World, city: string): Promise<number> =>
  loadCity(world.contributions, city).then(
    ({ standardOffset }) => standardOffset,
    () => 0,
  )
