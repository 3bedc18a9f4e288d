import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** What kind of text a setting is: decides how it is checked, resolved and shown. */
type TextKind = 'folder' | 'http' | 'database' | 'clock' | 'secret' | 'name'

/** One setting, declared once: the schema of the project file, the variables and the documentation come from here. */
export interface Definition {
  /** Dotted, as in the project file and in `Settings`. */
  readonly key: string
  readonly about: string
  /** Environment variables, the strongest first. */
  readonly variables: readonly string[]
  readonly type: TextKind | 'number' | 'integer'
  readonly exclusiveMinimum?: number
  /** A secret that no file of the project may hold: variables only. */
  readonly variablesOnly?: boolean
  readonly minimum?: number
  readonly maximum?: number
  /** Absent: there is none. Paths are made absolute by it already. */
  readonly default?: (folders: { project: string; home: string }) => string | number
}

/** Name, part of the variables' names, address, polite requests per second, whether it wants a key. */
const SOURCES = [
  ['kalshi', 'KALSHI', 'https://external-api.kalshi.com/trade-api/v2', 4, false],
  ['iem', 'IEM', 'https://mesonet.agron.iastate.edu', 1, false],
  ['nws', 'NWS', 'https://api.weather.gov', 1, false],
  ['visual-crossing', 'VC', 'https://weather.visualcrossing.com', 1, true],
  ['ncei', 'NCEI', 'https://www.ncei.noaa.gov', 1, false],
] as const

/** Names of the sources that have settings. */
export const SOURCE_NAMES: readonly string[] = SOURCES.map(([name]) => name)

/** What can be set of a source that a plugin contributes. */
export const MORE_SOURCE_KEYS = ['url', 'requestsPerSecond', 'timeoutSeconds', 'attempts'] as const

const ofSources: Definition[] = SOURCES.flatMap(([name, short, url, rate, needsKey]) => [
  {
    key: `sources.${name}.url`,
    about: `Base address of ${name}.`,
    variables: [`KWX_${short}_URL`],
    type: 'http' as const,
    default: () => url,
  },
  {
    key: `sources.${name}.requestsPerSecond`,
    about: `Most requests per second to ${name}.`,
    variables: [`KWX_${short}_RPS`],
    type: 'number' as const,
    exclusiveMinimum: 0,
    maximum: 10_000,
    default: () => rate,
  },
  {
    key: `sources.${name}.timeoutSeconds`,
    about: `Seconds after which a request to ${name} is given up.`,
    variables: [`KWX_${short}_TIMEOUT_SECONDS`],
    type: 'number' as const,
    exclusiveMinimum: 0,
    maximum: 600,
    default: () => 30,
  },
  {
    key: `sources.${name}.attempts`,
    about: `How often one request to ${name} is tried, the first time included.`,
    variables: [`KWX_${short}_ATTEMPTS`],
    type: 'integer' as const,
    minimum: 1,
    maximum: 20,
    default: () => 6,
  },
  ...(needsKey
    ? [
        {
          key: `sources.${name}.key`,
          about: `Key of the ${name} account.`,
          variables: [`KWX_${short}_KEY`],
          type: 'secret' as const,
        },
      ]
    : []),
])

/** The exchange's read key. */
const ofKalshi: readonly Definition[] = [
  {
    key: 'sources.kalshi.keyId',
    about: "Id of a read key of the exchange; public data needs none, the exchange's stream does.",
    variables: ['KWX_KALSHI_KEY_ID'],
    type: 'secret',
    variablesOnly: true,
  },
  {
    key: 'sources.kalshi.privateKey',
    about: 'The key itself, PEM.',
    variables: ['KWX_KALSHI_PRIVATE_KEY'],
    type: 'secret',
    variablesOnly: true,
  },
  {
    key: 'sources.kalshi.privateKeyFile',
    about: 'A file with the key, PEM, of mode 0600.',
    variables: ['KWX_KALSHI_PRIVATE_KEY_FILE'],
    type: 'folder',
    variablesOnly: true,
  },
]

/** All settings. `home` comes first, because the defaults of others lie inside it. */
export const DEFINITIONS: readonly Definition[] = [
  {
    key: 'home',
    about: "Folder of kwx's state: embedded database, artefacts, cache, runs.",
    variables: ['KWX_HOME'],
    type: 'folder',
    default: ({ project }) => join(project, '.kwx'),
  },
  {
    key: 'databaseUrl',
    about: 'postgres://user:password@host/name, pglite:<folder> (embedded) or pglite:memory.',
    variables: ['KWX_DATABASE_URL', 'DATABASE_URL'],
    type: 'database',
    default: ({ home }) => `pglite:${join(home, 'database')}`,
  },
  {
    key: 'directories.models',
    about: 'Folder of pilots and promoted models.',
    variables: ['KWX_MODELS_DIR'],
    type: 'folder',
    default: ({ project }) => join(project, 'models'),
  },
  {
    key: 'directories.reports',
    about: 'Folder of acceptance reports.',
    variables: ['KWX_REPORTS_DIR'],
    type: 'folder',
    default: ({ project }) => join(project, 'acceptance_reports'),
  },
  {
    key: 'directories.pipelines',
    about: "Folder of the project's own pipelines.",
    variables: ['KWX_PIPELINES_DIR'],
    type: 'folder',
    default: ({ project }) => join(project, 'configs', 'pipelines'),
  },
  ...ofSources.filter(({ key }) => key.startsWith('sources.kalshi.')),
  ...ofKalshi,
  ...ofSources.filter(({ key }) => !key.startsWith('sources.kalshi.')),
  {
    key: 'contact',
    about: 'E-mail or page of whoever runs this, told to services that want to know who asks (api.weather.gov).',
    variables: ['KWX_CONTACT'],
    type: 'name',
  },
  {
    key: 'clock',
    about: 'system, an ISO instant at which time stands still, or the URL of a service that tells the time.',
    variables: ['KWX_CLOCK'],
    type: 'clock',
    default: () => 'system',
  },
  {
    key: 'workers',
    about: 'How many threads or parallel requests a step may use; never changes a result.',
    variables: ['KWX_WORKERS'],
    type: 'integer',
    minimum: 1,
    maximum: 1024,
    default: () => availableParallelism(),
  },
  {
    key: 'defaultPipeline',
    about: 'The pipeline that `kwx run` takes when none is named.',
    variables: ['KWX_PIPELINE'],
    type: 'name',
    default: () => 'pilot',
  },
]

/** The setting of that dotted key, or undefined. */
export const definitionOf = (key: string): Definition | undefined => DEFINITIONS.find((one) => one.key === key)
