import { basename, extname, isAbsolute, relative } from 'node:path'
import type { YamlDocument } from '../../base/schema/index.ts'
import {
  checkAgainst,
  inOrder,
  type Path,
  type Problem,
  placeOf,
  problemsError,
  readYaml,
} from '../../base/schema/index.ts'
import type { Benchmark, LoadedConfig, ProductionConfig } from '../../domain/config/production-config.ts'
import { productionConfigSchema } from '../../domain/config/production-config-schema.ts'
import type { Contributions } from '../contributions/contributions.ts'
import { loadUsableCities } from '../contributions/load-city.ts'
import { checkProductionConfig, cityNamed } from './check-production-config.ts'
import { configSource } from './config-source.ts'

/** A configuration, or why it is none. */
export interface ConfigReading {
  /** Null when there are problems. */
  readonly loaded: LoadedConfig | null
  readonly problems: readonly Problem[]
}

/**
 * Reads and checks a production configuration (YAML or JSON): defaults filled in, an origin for every value.
 *
 * Names in errors are as given; names in the result are relative to the working folder, or bare outside it, so that
 * equal files give equal bytes on every machine. City aliases become ids.
 *
 * @param source  a path relative to the working folder, or a text with the name it will have
 */
export async function readProductionConfig(
  source: string | { text: string; file: string },
  contributions: Contributions,
): Promise<ConfigReading> {
  const document = await readYaml(source)
  const { file } = document
  const problems: Problem[] = await checkAgainst(productionConfigSchema, document)
  const name = basename(file, extname(file))
  if (!NAME.test(name)) problems.push({ file, line: 0, column: 0, message: NAME_MESSAGE })
  if (isMapping(document.value)) {
    problems.push(...(await checkProductionConfig(document, contributions, problems)))
  }
  if (problems.length > 0) return { loaded: null, problems: inOrder(problems) }
  const shown = portablePath(file)
  const origins = originsOf(document.value as ProductionConfig, document, shown)
  const { $schema: _, ...written } = document.value as WrittenConfig
  const config = await withCityIds(
    { ...written, benchmark: written.benchmark ?? BENCHMARK[written.price_source] },
    contributions,
  )
  return { loaded: { name, file: shown, config, origins }, problems: [] }
}

/**
 * `readProductionConfig`, or an error.
 *
 * @throws KwxError CONFIG_INVALID (exit 2) that lists every mistake with file:line:column
 */
export async function loadProductionConfig(file: string, contributions: Contributions): Promise<LoadedConfig> {
  const { loaded, problems } = await readProductionConfig(await configSource(file), contributions)
  if (!loaded) throw configInvalid(problems, file)
  return loaded
}

/** The error for mistakes of one or several configurations. */
export const configInvalid = (problems: readonly Problem[], what: string) =>
  problemsError(problems, { code: 'CONFIG_INVALID', what, hint: (problems.length === 1 && problems[0]!.hint) || HINT })

const HINT = 'Correct them; "kwx config explain <key>" says what a key is for, its default and its bounds.'

/** A configuration as its file has it, defaults filled in. */
type WrittenConfig = Omit<ProductionConfig, 'benchmark'> & {
  readonly benchmark: Benchmark | null
  readonly $schema?: string
}

/** The benchmark of a configuration that names none. */
const BENCHMARK: Readonly<Record<ProductionConfig['price_source'], Benchmark>> = { trades: 'half-way', candles: 'mid' }

/** The file's stem names the pilot's folder. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const NAME_MESSAGE = 'needs another file name: it names the pilot, so only letters, digits, ".", "_" and "-"'

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Relative to the working folder, `/` between folders; only the last name for a file outside it. */
export function portablePath(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') || isAbsolute(path) ? basename(file) : path.replaceAll('\\', '/')
}

/** For each leaf (lists count as one) where it was written, or `default`. */
function originsOf(config: object, document: YamlDocument, shown: string): Record<string, string> {
  const origins: Record<string, string> = {}
  const walk = (value: object, path: Path) => {
    for (const [key, item] of Object.entries(value)) {
      const at = [...path, key]
      if (isMapping(item)) {
        walk(item, at)
        continue
      }
      const position = document.find(at)
      origins[at.join('.')] = position ? placeOf({ file: shown, ...position }) : 'default'
    }
  }
  walk(config, [])
  delete origins['$schema']
  return origins
}

async function withCityIds(config: ProductionConfig, contributions: Contributions): Promise<ProductionConfig> {
  const cities = await loadUsableCities(contributions, config.city)
  const idOf = (name: string) => cityNamed(cities, name)?.id ?? name
  return { ...config, city: idOf(config.city), excluded_vc_cities: config.excluded_vc_cities.map(idOf) }
}
