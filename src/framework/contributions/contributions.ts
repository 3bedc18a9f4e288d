import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { EXIT, KwxError, messageOf } from '../../base/errors.ts'
import { runsFromSources } from '../../base/package-root.ts'
import { changedImport, OLDER_API_VERSION, usesChangedName } from './older-api.ts'

/** Version of the contract between kit and plugins: the `kwx.apiVersion` of a plugin's package.json. */
export const API_VERSION = 2

/** What a plugin may contribute. */
export const KINDS = ['steps', 'pipelines', 'cities', 'featureSets', 'schemas', 'gates', 'sources'] as const
/** One of `KINDS`. */
export type Kind = (typeof KINDS)[number]

/** The `kwx` key of a plugin's package.json: for each kind, id -> file relative to the plugin. */
export interface PluginManifest {
  readonly apiVersion: number
  readonly contributes: Partial<Record<Kind, Record<string, string>>>
}

/** The part of an oclif plugin that is read here. */
export interface PluginLike {
  readonly name: string
  readonly version: string
  readonly root: string
  readonly pjson: object
}

/** One thing that a plugin offers, not loaded yet. */
export interface Contribution {
  readonly kind: Kind
  readonly id: string
  readonly plugin: string
  readonly pluginVersion: string
  /** Absolute path of a `.json`, `.yaml` or JavaScript (or, from sources, TypeScript) file. */
  readonly file: string
}

interface Indexed extends Contribution {
  /** The `kwx.apiVersion` of its plugin. */
  readonly apiVersion: number
}

/** What the installed plugins offer. Nothing of a plugin is run before `load` asks for it. */
export interface Contributions {
  /** All of one kind, by id. */
  list(kind: Kind): Contribution[]
  find(kind: Kind, id: string): Contribution | undefined
  /**
   * JSON files are parsed, code is imported and its default export taken.
   *
   * @throws KwxError CONTRIBUTION_UNKNOWN (exit 2) with the nearest known id
   * @throws KwxError CONTRIBUTION_BROKEN (exit 1) when the file cannot be loaded
   * @throws KwxError PLUGIN_API_VERSION (exit 2) when the plugin is of API 1 and the file imports a name that left
   */
  load<T>(kind: Kind, id: string): Promise<T>
}

/**
 * Indexes the contributions of the loaded plugins from their package.json alone.
 *
 * @throws KwxError PLUGIN_API_VERSION, CONTRIBUTION_KIND or CONTRIBUTION_CLASH (exit 2), naming the plugins
 */
export function indexContributions(plugins: Iterable<PluginLike>): Contributions {
  const byKind = new Map<Kind, Map<string, Indexed>>(KINDS.map((kind) => [kind, new Map()]))
  for (const plugin of plugins) {
    const manifest = (plugin.pjson as { kwx?: PluginManifest }).kwx
    if (!manifest) continue
    assertReadable(plugin, manifest)
    for (const kind of KINDS) {
      for (const [id, file] of Object.entries(manifest.contributes[kind] ?? {})) {
        const index = byKind.get(kind)!
        const other = index.get(id)
        if (other) {
          throw new KwxError(`Both ${other.plugin} and ${plugin.name} contribute ${kind}/${id}.`, {
            code: 'CONTRIBUTION_CLASH',
            exit: EXIT.usage,
            hint: `Remove one of them, for example with "kwx plugins uninstall ${plugin.name}".`,
            details: { kind, id, plugins: [other.plugin, plugin.name] },
          })
        }
        index.set(id, {
          kind,
          id,
          plugin: plugin.name,
          pluginVersion: plugin.version,
          file: runnable(plugin.root, file),
          apiVersion: manifest.apiVersion,
        })
      }
    }
  }
  const list = (kind: Kind) => [...byKind.get(kind)!.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const find = (kind: Kind, id: string) => byKind.get(kind)!.get(id)
  const loaded = new Map<string, Promise<unknown>>()
  return {
    list,
    find,
    async load<T>(kind: Kind, id: string) {
      const found = find(kind, id)
      if (!found) throw await unknownContribution(kind, id, list(kind))
      const key = `${kind}/${id}`
      let value = loaded.get(key)
      if (!value) loaded.set(key, (value = loadFile(found)))
      return (await value) as T
    },
  }
}

function assertReadable(plugin: PluginLike, manifest: PluginManifest): void {
  if (manifest.apiVersion !== API_VERSION && manifest.apiVersion !== OLDER_API_VERSION) {
    throw new KwxError(
      `${plugin.name} was written for contribution API ${manifest.apiVersion}; this kwx speaks ${API_VERSION}.`,
      {
        code: 'PLUGIN_API_VERSION',
        exit: EXIT.usage,
        hint: `Install a release of ${plugin.name} for API ${API_VERSION}, or "kwx plugins uninstall ${plugin.name}".`,
      },
    )
  }
  const unknown = Object.keys(manifest.contributes ?? {}).filter((kind) => !KINDS.includes(kind as Kind))
  if (unknown.length > 0) {
    throw new KwxError(`${plugin.name} contributes the unknown kind "${unknown[0]}".`, {
      code: 'CONTRIBUTION_KIND',
      exit: EXIT.usage,
      hint: `Use one of ${KINDS.join(', ')} in its package.json.`,
    })
  }
  for (const [kind, files] of Object.entries(manifest.contributes ?? {})) {
    const wrong = Object.entries(files).find(([, file]) => typeof file !== 'string')
    if (wrong) {
      throw new KwxError(
        `${plugin.name} contributes ${kind}/${wrong[0]} as ${JSON.stringify(wrong[1])}; expected a path.`,
        {
          code: 'CONTRIBUTION_KIND',
          exit: EXIT.usage,
          hint: `Correct its package.json, or "kwx plugins uninstall ${plugin.name}".`,
        },
      )
    }
  }
}

/** The file as written, or its source (`src/x.ts` for `dist/x.js`) while the kit itself runs from sources. */
function runnable(root: string, file: string): string {
  const built = join(root, file)
  if (!runsFromSources) return built
  const source = join(root, file.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts'))
  return existsSync(source) ? source : built
}

/** What code must bring to be of its kind; JavaScript checks no types. */
const MEMBERS: Partial<Record<Kind, readonly string[]>> = {
  steps: ['title', 'version', 'params', 'consumes', 'produces', 'run'],
  sources: ['title', 'service', 'open'],
}

async function loadFile({ kind, id, plugin, file, apiVersion }: Indexed): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'))
    const value = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default
    const lacking = (MEMBERS[kind] ?? []).filter((name) => (value as Record<string, unknown>)?.[name] === undefined)
    if (value === undefined || lacking.length > 0) {
      throw new TypeError(value === undefined ? 'it has no default export' : `it lacks ${lacking.join(', ')}`)
    }
    return value
  } catch (cause) {
    const changed = apiVersion === OLDER_API_VERSION ? changedImport(cause) : null
    if (changed !== null) throw usesChangedName(`${kind}/${id}`, plugin, changed, cause)
    throw new KwxError(`${kind}/${id} of ${plugin} cannot be loaded from ${file}: ${messageOf(cause)}`, {
      code: 'CONTRIBUTION_BROKEN',
      exit: EXIT.error,
      hint: `Build or reinstall ${plugin}, or remove it with "kwx plugins uninstall ${plugin}".`,
      cause,
    })
  }
}

const COMMAND_THAT_LISTS: Partial<Record<Kind, string>> = {
  steps: 'kwx steps',
  pipelines: 'kwx pipelines',
  cities: 'kwx cities',
  featureSets: 'kwx feature-sets',
  sources: 'kwx sources',
}

async function unknownContribution(kind: Kind, id: string, known: Contribution[]): Promise<KwxError> {
  const { nearest } = await import('../../base/schema/nearest.ts')
  const guess = nearest(
    id,
    known.map((one) => one.id),
  )
  return new KwxError(`No plugin contributes ${kind}/${id}${guess ? `; the nearest is "${guess}"` : ''}.`, {
    code: 'CONTRIBUTION_UNKNOWN',
    exit: EXIT.usage,
    hint: `List what there is with "${COMMAND_THAT_LISTS[kind] ?? 'kwx plugins'}".`,
    details: { kind, id, nearest: guess ?? null, known: known.map((one) => one.id) },
  })
}
