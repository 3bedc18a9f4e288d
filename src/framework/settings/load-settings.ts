import { dirname, isAbsolute, resolve } from 'node:path'

import { type Problem, problemsError } from '../../base/schema/problem.ts'
import type { SourceSettings } from '../../data/clients/source-settings.ts'
import { expected, fromText } from './check-value.ts'
import { DEFINITIONS, type Definition, SOURCE_NAMES } from './definitions.ts'
import { moreSources } from './more-sources.ts'
import type { Said } from './read-project-file.ts'
import { shownMistake } from './redact.ts'
import type { Settings } from './settings.ts'

/** Where settings are looked for; absent parts are those of the process. */
export interface LoadSettingsOptions {
  /** Where the search for the project file starts; relative paths of variables and flags are meant from here. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** By dotted key (`workers`, `home`, `databaseUrl`); undefined ones were not given. */
  readonly flags?: Readonly<Record<string, string | number | undefined>>
}

/**
 * The settings of a project, each with its origin.
 *
 * Strongest first: flags, `KWX_*` variables, the project file (`kwx.config.yaml` and its kin, in the working folder or
 * above), defaults. Relative paths in the project file and in defaults are meant from its folder. Without a project
 * file neither YAML nor Ajv is loaded.
 *
 * @throws KwxError SETTINGS_INVALID (exit 2) that lists every mistake of file, variables and flags at once
 */
export async function loadSettings(options: LoadSettingsOptions = {}): Promise<Settings> {
  const { cwd = process.cwd(), env = process.env, flags = {} } = options
  const { findProjectFile } = await import('./find-project-file.ts')
  const file = await findProjectFile(cwd)
  const project = file ? dirname(file) : resolve(cwd)
  const problems: Problem[] = []
  let inFile = new Map<string, Said>()
  let ofPlugins: unknown
  if (file) {
    const { readProjectFile } = await import('./read-project-file.ts')
    const read = await readProjectFile(file, cwd)
    inFile = read.values
    ofPlugins = read.sources
    problems.push(...read.problems)
  }

  const values = new Map<string, string | number>()
  const origins: Record<string, string> = {}
  for (const definition of DEFINITIONS) {
    const { key } = definition
    const typed = fromFlag(definition, flags) ?? fromVariable(definition, env)
    if (typed) problems.push(...mistakeOf(definition, typed))
    const said = typed ?? inFile.get(key)
    const home = String(values.get('home') ?? '')
    const value = said
      ? absolute(definition, said.value, typed ? cwd : project)
      : definition.default?.({ project, home })
    if (value === undefined) continue
    values.set(key, value)
    origins[key] = said?.origin ?? 'default'
  }
  const more = moreSources(ofPlugins, env)
  problems.push(...more.mistakes.map(({ origin, message }) => ({ file: origin, line: 0, column: 0, message })))
  for (const key of Object.keys(flags)) {
    if (!DEFINITIONS.some((one) => one.key === key)) throw new TypeError(`"${key}" is not a setting.`)
  }
  if (problems.length > 0) {
    throw problemsError(problems, { code: 'SETTINGS_INVALID', what: 'The configuration of the project', hint: HINT })
  }
  const moreOf = Object.keys(more.sources).length > 0 ? { moreSources: more.sources } : {}
  return { ...assemble(values), ...moreOf, origins, file }
}

const HINT = 'Correct them; "kwx config explain <key>" says what a setting is for and where its value comes from.'

function fromFlag({ key }: Definition, flags: NonNullable<LoadSettingsOptions['flags']>): Said | undefined {
  const value = flags[key]
  if (value === undefined) return undefined
  return { value, origin: `--${key.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` }
}

/** A variable that is set but empty counts as unset, as shells make it easy to write. */
function fromVariable(definition: Definition, env: NonNullable<LoadSettingsOptions['env']>): Said | undefined {
  for (const name of definition.variables) {
    const text = env[name]
    if (text) return { value: fromText(definition, text), origin: name }
  }
  return undefined
}

function mistakeOf(definition: Definition, { value, origin }: Said): Problem[] {
  const wanted = expected(definition, value)
  if (!wanted) return []
  return [{ file: origin, line: 0, column: 0, message: `is ${shownMistake(definition, value)}; expected ${wanted}` }]
}

function absolute({ type }: Definition, value: string | number, from: string): string | number {
  if (type === 'folder') return resolve(from, String(value))
  const folder = type === 'database' ? /^pglite:(.+)$/.exec(String(value))?.[1] : undefined
  return folder && folder !== 'memory' && !isAbsolute(folder) ? `pglite:${resolve(from, folder)}` : value
}

/** What a source may have besides; absent ones stay absent. */
const SECRETS = ['key', 'keyId', 'privateKey', 'privateKeyFile'] as const

function assemble(values: ReadonlyMap<string, string | number>): Omit<Settings, 'origins' | 'file'> {
  const text = (key: string) => String(values.get(key))
  const number = (key: string) => Number(values.get(key))
  const sources: Record<string, SourceSettings> = {}
  for (const name of SOURCE_NAMES) {
    const of = (key: string) => `sources.${name}.${key}`
    sources[name] = {
      url: text(of('url')).replace(/\/+$/, ''),
      requestsPerSecond: number(of('requestsPerSecond')),
      timeoutSeconds: number(of('timeoutSeconds')),
      attempts: number(of('attempts')),
      ...Object.fromEntries(SECRETS.filter((one) => values.has(of(one))).map((one) => [one, text(of(one))])),
    }
  }
  return {
    databaseUrl: text('databaseUrl'),
    home: text('home'),
    directories: {
      models: text('directories.models'),
      reports: text('directories.reports'),
      pipelines: text('directories.pipelines'),
    },
    sources,
    ...(values.has('contact') ? { contact: text('contact') } : {}),
    clock: text('clock'),
    workers: number('workers'),
    defaultPipeline: text('defaultPipeline'),
  }
}
