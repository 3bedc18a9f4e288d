import { loadCity } from 'kwx/cities'
import { formatInstant } from 'kwx/time'
import { listPromotions, type Place, type Promotion } from '../storage/registry.ts'

import { recover } from './pending.ts'
import { renderPromotion } from './render.ts'
import { type Disagreement, disagreements } from './repair.ts'
import { named, type World } from './world.ts'

interface HistoryFilter {
  readonly city?: string | undefined
  readonly bracket?: string | undefined
  readonly role?: string | undefined
}

/** All changes, oldest first, with the instant in ISO form, and where the files here are not what they say. */
export interface History {
  readonly promotions: readonly (Promotion & { readonly at: string })[]
  readonly disagreements: readonly Disagreement[]
}

export async function readHistory(world: World, { city, bracket, role }: HistoryFilter): Promise<History> {
  await recover(world)
  const db = await world.database()
  const wanted = Object.fromEntries(
    Object.entries({
      city: city === undefined ? undefined : (await loadCity(world.contributions, city)).id,
      bracket,
      role,
    }).filter(([, value]) => value !== undefined),
  ) as Partial<Place>
  const promotions = await listPromotions(db, wanted)
  return {
    promotions: promotions.map((one) => ({ ...one, at: formatInstant(one.at_ms) })),
    disagreements: await disagreements(world, db),
  }
}

export function renderHistory({ promotions, disagreements }: History): string[] {
  return [
    ...(promotions.length === 0 ? ['Nothing was ever promoted.'] : promotions.map(renderPromotion)),
    ...disagreements.map(
      (one) => `The files here are not what the history says of ${named(one)}; type "kwx models repair".`,
    ),
  ]
}
