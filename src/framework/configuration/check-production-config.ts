import { nearest, type Problem, show, type YamlDocument } from '../../base/schema/index.ts'
import { formatDay, parseDay } from '../../base/time/days.ts'
import { walkForwardWindows } from '../../base/time/windows.ts'
import type { City } from '../../domain/cities/city.ts'
import { productionConfigSchema } from '../../domain/config/production-config-schema.ts'
import { VISUAL_CROSSING } from '../../domain/features/gate.ts'
import { heldOutDays } from '../../domain/model/calibration-rule.ts'
import { stationsOf } from '../contributions/cities.ts'
import type { Contributions } from '../contributions/contributions.ts'
import { loadUsableCities } from '../contributions/load-city.ts'
import type { Check, Draft } from './check.ts'
import { checkPilot } from './check-pilot.ts'

/** Mistakes that need more than a JSON Schema: names, dates, bounds that depend on each other, the pilot on disk. */
export async function checkProductionConfig(
  document: YamlDocument,
  contributions: Contributions,
  refused: readonly Problem[],
): Promise<Problem[]> {
  const problems: Problem[] = []
  const draft = document.value as Draft
  const report: Check['report'] = (path, message, hint) => {
    problems.push({ file: document.file, ...document.locate(path), message, ...(hint ? { hint } : {}) })
  }
  const isRefused: Check['isRefused'] = (path) => {
    const position = document.find(path)
    return refused.some(({ line, column }) => line === position?.line && column === position.column)
  }
  const check: Check = { draft, document, report, isRefused }
  const cities = await loadUsableCities(contributions, (document.value as { city?: unknown }).city)
  checkCity(check, cities)
  checkFeatureSet(check, contributions)
  checkExclusions(check, cities)
  checkDates(check)
  checkBenchmark(check)
  checkSearch(check)
  await checkPilot(check)
  return problems
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'

/** The city of that id or alias. */
export const cityNamed = (cities: readonly City[], name: unknown): City | undefined =>
  cities.find((city) => city.id === name || city.aliases.includes(name as string))

const quoted = (guess: string | undefined) => (guess ? `, did you mean \`${guess}\`?` : '')

function unknownCity(name: string, cities: readonly City[]): string {
  const guess = nearest(
    name,
    cities.flatMap(({ id, aliases }) => [id, ...aliases]),
  )
  const known = guess ? '' : `; known are ${cities.map(({ id }) => id).join(', ') || 'none'}`
  return `unknown city ${show(name)}${quoted(guess)}${known}`
}

function checkCity({ draft, report }: Check, cities: readonly City[]): void {
  if (!isText(draft.city) || draft.city === '') return
  const city = cityNamed(cities, draft.city)
  if (!city) {
    report(['city'], unknownCity(draft.city, cities), 'List the cities with "kwx cities".')
    return
  }
  const station = draft.observation_station
  const allowed = stationsOf(city)
  if (!isText(station) || station === '' || allowed.includes(station)) return
  const proxies = allowed.slice(1)
  const guess = quoted(nearest(station, allowed))
  const rest = proxies.length > 0 ? `or a declared proxy (${proxies.join(', ')})` : 'and has no declared proxy'
  report(
    ['observation_station'],
    `station ${show(station)}${guess || ';'} expected ${city.id}'s own ${city.station} ${rest}`,
  )
}

function checkFeatureSet({ draft, report }: Check, contributions: Contributions): void {
  const id = draft.feature_set
  if (!isText(id) || id === '' || contributions.find('featureSets', id)) return
  const known = contributions.list('featureSets').map((one) => one.id)
  const guess = nearest(id, known)
  const rest = guess ? '' : `; known are ${known.join(', ') || 'none'}`
  report(
    ['feature_set'],
    `unknown feature set ${show(id)}${quoted(guess)}${rest}`,
    'List them with "kwx feature-sets".',
  )
}

/**
 * A list may add cities to those that manifests exclude, never leave one out: not the configuration's own city, and
 * not those of the default list. (All excluded cities would be too many: installing a city must not break old files.)
 */
function checkExclusions({ draft, document, report }: Check, cities: readonly City[]): void {
  const names = draft.excluded_vc_cities
  if (!Array.isArray(names) || !document.find(['excluded_vc_cities'])) return
  for (const [i, name] of names.entries()) {
    if (isText(name) && name !== '' && !cityNamed(cities, name)) {
      report(['excluded_vc_cities', i], unknownCity(name, cities))
    }
  }
  const listed = new Set(names.map((name) => cityNamed(cities, name)?.id))
  for (const name of new Set([...productionConfigSchema.properties.excluded_vc_cities.default, draft.city])) {
    const city = cityNamed(cities, name)
    const gate = city?.gates.find(({ source }) => source === VISUAL_CROSSING)
    if (!city || !gate || listed.has(city.id)) continue
    report(
      ['excluded_vc_cities'],
      `\`${city.id}\` is left out, but its manifest excludes it, and a configuration may only add cities: ${gate.reason}`,
    )
  }
}

function checkDates({ draft, report }: Check): void {
  const start = dayOf('start_date')
  const end = dayOf('end_date')
  const { train_days: trainDays, test_days: testDays, step_days: stepDays } = draft
  if (start === undefined || end === undefined) return
  if (start >= end) {
    report(['end_date'], `\`end_date\` is ${formatDay(end)}; expected a day after \`start_date\` ${formatDay(start)}`)
    return
  }
  const lengths = [trainDays, testDays, stepDays]
  if (!lengths.every((days) => Number.isSafeInteger(days) && (days as number) >= 1)) return
  const windows = { trainDays: trainDays as number, testDays: testDays as number, stepDays: stepDays as number }
  if (walkForwardWindows(start, end, windows).length > 0) return
  const needed = windows.trainDays + windows.testDays
  report(
    ['end_date'],
    `${formatDay(start)} to ${formatDay(end)} has ${end - start + 1} days; one window needs ${needed} ` +
      `(${windows.trainDays} to train and ${windows.testDays} to test)`,
  )

  function dayOf(key: 'start_date' | 'end_date'): number | undefined {
    try {
      return isText(draft[key]) ? parseDay(draft[key]) : undefined
    } catch {
      return undefined // the schema's complaint already
    }
  }
}

/** Trades have no recorded book: the middle of what takers implied is a part of `half-way`, no benchmark by itself. */
function checkBenchmark({ draft, report }: Check): void {
  if (draft.benchmark !== 'mid' || draft.price_source !== 'trades') return
  report(
    ['benchmark'],
    '`benchmark` is mid, but `price_source` trades has no recorded quotes; expected half-way or last',
    'Write `benchmark: half-way`, or `price_source: candles` where quotes are recorded.',
  )
}

/** Lower bounds above upper ones, and more folds than days to put into them. */
function checkSearch({ draft, report, isRefused }: Check): void {
  const space = draft.search_space as Record<string, unknown> | undefined
  for (const [low, high] of [
    ['C_min', 'C_max'],
    ['l1_ratio_min', 'l1_ratio_max'],
  ] as const) {
    const min = space?.[low]
    const max = space?.[high]
    const isSound = ![low, high].some((key) => isRefused(['search_space', key]))
    if (isSound && isNumber(min) && isNumber(max) && min > max) {
      report(['search_space', low], `\`search_space.${low}\` is ${min}; expected at most \`${high}\`, which is ${max}`)
    }
  }
  const { train_days: trainDays, embargo_days: embargo, cv_splits: folds } = draft
  if (!isNumber(trainDays) || !isNumber(embargo) || !isNumber(folds)) return
  const days = trainDays - embargo
  if (trainDays >= 1 && embargo >= 1 && days < 1) {
    report(['embargo_days'], `\`embargo_days\` is ${embargo}; expected fewer than the ${trainDays} training days`)
    return
  }
  const searched = days - heldOutDays(days)
  if (days >= 1 && folds >= 2 && folds > searched) {
    report(['cv_splits'], `\`cv_splits\` is ${folds}; expected at most the ${searched} training days left to search on`)
  }
}
