import { type Contributions, EXIT, KwxError } from 'kwx'
import { loadCity } from 'kwx/cities'
import type { Bracket } from 'kwx/config'
import type { Place, Role } from '../storage/registry.ts'

/** Flags that name a place, as text. */
interface PlaceFlags {
  readonly city: string
  readonly bracket: string
  readonly role: string
}

/**
 * The place that flags name; a city's alias becomes its id.
 *
 * @throws KwxError CONTRIBUTION_UNKNOWN (exit 2) with the nearest city
 */
export async function placeOf(contributions: Contributions, { city, bracket, role }: PlaceFlags): Promise<Place> {
  const { id } = await loadCity(contributions, city)
  return { city: id, bracket: bracket as Bracket, role: role as Role }
}

/**
 * The folder of the pilot that a command names, by itself or by its configuration.
 *
 * @throws KwxError USAGE (exit 2) unless exactly one is given
 */
export async function pilotOf(
  { pilot, config }: { readonly pilot: string | undefined; readonly config: string | undefined },
  folderOfConfig: (config: string) => Promise<string>,
): Promise<string> {
  if (pilot !== undefined && config === undefined) return pilot
  if (config !== undefined && pilot === undefined) return folderOfConfig(config)
  throw new KwxError(`Name ${pilot === undefined ? 'a' : 'either the'} pilot's folder or its configuration.`, {
    code: 'USAGE',
    exit: EXIT.usage,
    hint: 'Type "kwx models promote --config FILE", or "kwx models promote FOLDER".',
  })
}
