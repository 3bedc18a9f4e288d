import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { EXIT, type ExitCode, KwxError } from 'kwx'
import { type City, loadCity } from 'kwx/cities'
import { loadModelForDate } from 'kwx/model-store'
import { climateDayAtMs, formatDay, formatInstant, parseDay, parseInstant } from 'kwx/time'
import { type Place, promotionAt } from '../storage/registry.ts'

import { linkOf, liveVersion } from './live-link.ts'
import { recover } from './pending.ts'
import { readVersion } from './version.ts'
import { foldersOf, named, type World } from './world.ts'

interface WhichOptions {
  /** ISO climate day; absent means the city's present one, or that of `at`. */
  readonly date?: string | undefined
  /** ISO instant: what was live then. */
  readonly at?: string | undefined
  /** Folder with `<city>/<bracket>/win_*`, or one pilot's own; absent means what is live. */
  readonly modelDir?: string | undefined
}

export interface Which {
  readonly place: Place
  readonly date: string
  readonly window: string
  /** The id in `model.json`. */
  readonly id: string
  readonly file: string
  /** One sentence when the date lies after the window's last test day. */
  readonly stale: string | null
  /** 5 when stale: the answer is there, and a script that asks for nothing else notices. */
  readonly exit: ExitCode
  /** Version that was loaded; null for a folder that was not promoted. */
  readonly version: string | null
  /** The change that made it live, with `at`. */
  readonly promotion: number | null
}

/**
 * The model that may be used for a climate day, of what is live, of what was live at a time, or of a folder.
 *
 * @throws KwxError MODEL_NONE, MODEL_SAW_DATE, MODELS_VERSION_MISSING (exit 5); MODELS_DATE (exit 2); and as
 *   `loadModelForDate` and `readVersion` for files that cannot be trusted
 */
export async function which(world: World, place: Place, options: WhichOptions): Promise<Which> {
  const city = await loadCity(world.contributions, place.city)
  const own = { ...place, city: city.id }
  const atMs = options.at === undefined ? null : pastInstant(options.at, world)
  const date = options.date ?? formatDay(climateDayAtMs(atMs ?? world.clock.now(), city.standardOffset))
  assertDate(date, city)
  const from = atMs === null ? await presentSource(world, own, options.modelDir) : await pastSource(world, own, atMs)
  const { model, file, stale } = await loadModelForDate(own.city, own.bracket, date, from.folder)
  const about = { version: from.version, promotion: from.promotion, exit: stale === null ? EXIT.ok : EXIT.stale }
  return { place: own, date, window: model.window, id: model.id, file, stale, ...about }
}

interface Source {
  readonly folder: string
  readonly version: string | null
  readonly promotion: number | null
}

async function presentSource(world: World, place: Place, modelDir: string | undefined): Promise<Source> {
  if (modelDir !== undefined) return { folder: modelDir, version: null, promotion: null }
  await recover(world)
  const version = await liveVersion(world, place)
  if (version === null) {
    if (!existsSync(linkOf(world, place))) throw nothingLive(place)
    return { folder: foldersOf(world)[place.role], version, promotion: null }
  }
  const { folder } = await readVersion(world, version)
  return { folder, version, promotion: null }
}

const nothingLive = (place: Place) =>
  new KwxError(`Nothing is live for ${named(place)}: no model was promoted, or it was withdrawn.`, {
    code: 'MODEL_NONE',
    exit: EXIT.stale,
    hint: 'See "kwx models list" for pilots and "kwx models history" for what was live; "kwx models promote" makes a pilot live.',
  })

async function pastSource(world: World, place: Place, atMs: number): Promise<Source> {
  await recover(world)
  const promotion = await promotionAt(await world.database(), place, atMs)
  if (!promotion?.version) {
    throw new KwxError(`Nothing was live for ${named(place)} at ${formatInstant(atMs)}.`, {
      code: 'MODEL_NONE',
      exit: EXIT.stale,
      hint: `See "kwx models history --city ${place.city} --bracket ${place.bracket}".`,
      details: promotion ? { promotion: promotion.promotion_id } : undefined,
    })
  }
  const { folder, version } = await readVersion(world, promotion.version)
  return { folder, version, promotion: promotion.promotion_id }
}

function pastInstant(at: string, { clock }: World): number {
  let ms: number
  try {
    ms = parseInstant(at)
  } catch (error) {
    throw wrong((error as Error).message, 'Write it with its zone: --at 2025-02-20T18:00:00Z.')
  }
  if (ms <= clock.now()) return ms
  throw wrong(`${at} has not come yet; nobody knows what will be live then.`, 'Leave --at away for what is live now.')
}

function assertDate(date: string, { id }: City): void {
  try {
    parseDay(date)
  } catch (error) {
    throw wrong((error as Error).message, `Name a climate day of ${id}: --date 2025-02-20.`)
  }
}

const wrong = (message: string, hint: string) => new KwxError(message, { code: 'MODELS_DATE', exit: EXIT.usage, hint })

/** The folder to hand to `loadModelForDate` for one pilot: itself, whatever link or window folder was named. */
export const pilotFolder = (named: string): string => (/win_\d{8}_\d{8}\/?$/.test(named) ? dirname(join(named)) : named)
