import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'

import type { Progress } from './read-csv.ts'

const PARTS = ['tape', 'quotes', 'observations', 'settlements'] as const
export type Part = (typeof PARTS)[number]

export interface ImportOptions {
  readonly db: Database
  /** All known cities: rows of any other are an error. */
  readonly cities: readonly City[]
  /** Folder that holds tape, quotes, observations and settlements, or some of them; see EXPECTED in import-folder.ts. */
  readonly folder: string
  /** Only this city's rows; all cities when absent. */
  readonly city?: City | undefined
  /** Event days, both inclusive; open when absent. */
  readonly fromDay?: number | undefined
  readonly toDay?: number | undefined
  /** Only this part; all parts when absent. */
  readonly only?: Part | undefined
  /** Epoch ms, for the completeness rows. */
  readonly now: number
  readonly signal?: AbortSignal | undefined
  readonly log: (line: string) => void
  readonly progress: Progress
}

/** What became of one file. */
export interface FileReport {
  readonly file: string
  readonly state: 'loaded' | 'missing'
  /** Rows of the file. */
  readonly rows: number
  /** Rows that stand in the database for it. */
  readonly loaded: number
  /** Rows left out, by reason. */
  readonly left_out: Readonly<Record<string, number>>
}

export const missing = (file: string): FileReport => ({ file, state: 'missing', rows: 0, loaded: 0, left_out: {} })

/** Counts by reason. */
export class Tally {
  readonly counts: Record<string, number> = {}

  add(reason: string, by = 1): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + by
  }
}

/** True when the options ask for an event day of a city. */
export const isWanted = (options: ImportOptions, city: string, day: number): boolean =>
  (options.city === undefined || options.city.id === city) &&
  day >= (options.fromDay ?? Number.NEGATIVE_INFINITY) &&
  day <= (options.toDay ?? Number.POSITIVE_INFINITY)

/** City by id or alias. @throws RangeError for one that no plugin knows */
export function cityNamed(cities: readonly City[], name: string): City {
  const city = cities.find(({ id, aliases }) => id === name || aliases.includes(name))
  if (city) return city
  throw new RangeError(`city is "${name}"; known are ${cities.map(({ id }) => id).join(', ')}`)
}
