import { EXIT, KwxError } from '../../base/errors.ts'
import { assertValid } from '../../base/schema/index.ts'
import type { City } from '../../domain/cities/city.ts'
import { citySchema } from '../../domain/cities/city-schema.ts'
import type { Contributions } from './contributions.ts'

/** Ids of all contributed cities, in order. */
export const cityIds = (contributions: Contributions): string[] => contributions.list('cities').map(({ id }) => id)

/**
 * One city by id or alias.
 *
 * @throws KwxError CONTRIBUTION_UNKNOWN (exit 2) with the nearest id; CITY_INVALID (exit 2) for a bad manifest
 */
export async function loadCity(contributions: Contributions, idOrAlias: string): Promise<City> {
  if (contributions.find('cities', idOrAlias)) return readCity(contributions, idOrAlias)
  for (const id of cityIds(contributions)) {
    const city = await readCity(contributions, id).catch(() => null) // another city's mistake is not this one's
    if (city?.aliases.includes(idOrAlias)) return city
  }
  return contributions.load('cities', idOrAlias) // throws, with the nearest name
}

/** All contributed cities. */
export const loadCities = (contributions: Contributions): Promise<City[]> =>
  Promise.all(cityIds(contributions).map((id) => readCity(contributions, id)))

/** All contributed cities that can be read; what keeps another than `needed` from it is that plugin's own affair. */
export async function loadUsableCities(contributions: Contributions, needed: unknown): Promise<City[]> {
  const read = cityIds(contributions).map((id) =>
    readCity(contributions, id).catch((error: unknown) => {
      if (id === needed) throw error
      return null
    }),
  )
  return (await Promise.all(read)).filter((city) => city !== null)
}

async function readCity(contributions: Contributions, id: string): Promise<City> {
  const city = await contributions.load<City>('cities', id)
  const { plugin } = contributions.find('cities', id)!
  await assertValid(citySchema, city, { code: 'CITY_INVALID', what: `The manifest of city ${id} (${plugin})` })
  if (city.id !== id) {
    throw new KwxError(`${plugin} contributes the city "${id}", but its manifest says "${city.id}".`, {
      code: 'CITY_INVALID',
      exit: EXIT.usage,
      hint: 'Give both the same id.',
    })
  }
  return city
}
