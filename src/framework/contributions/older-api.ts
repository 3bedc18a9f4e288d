import { EXIT, KwxError } from '../../base/errors.ts'
import { placeSince2, subpathSince2 } from './changed-in-2.ts'

/** The version before `API_VERSION`: its plugins load as long as they import no name that left (docs/api.md). */
export const OLDER_API_VERSION = 1

/** Names of the plugins that were written for the version before, in order. */
export function olderPlugins(plugins: Iterable<{ readonly name: string; readonly pjson: object }>): string[] {
  return [...plugins]
    .filter(({ pjson }) => isOlder(pjson))
    .map(({ name }) => name)
    .sort()
}

/** True for the package.json of a plugin of the version before. */
export const isOlder = (pjson: object): boolean =>
  (pjson as { kwx?: { apiVersion?: unknown } }).kwx?.apiVersion === OLDER_API_VERSION

/** Where the name is now that a failed import asked kwx for; null for any other error. */
export function changedImport(thrown: unknown): string | null {
  const { code, message = '' } = (thrown ?? {}) as Partial<NodeJS.ErrnoException>
  const named = /module '(kwx(?:\/[\w-]+)?)' does not provide an export named '(\w+)'/.exec(message)
  if (named) return placeSince2(named[1]!, named[2]!)
  const folder = code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? /^Package subpath '\.\/([\w-]+)'/.exec(message) : null
  return folder && subpathSince2(`kwx/${folder[1]}`)
}

/** The error for a file of a plugin of the version before that imports a name that left. */
export const usesChangedName = (what: string, plugin: string, changed: string, cause: unknown): KwxError =>
  new KwxError(
    `${what} of ${plugin} was written for contribution API ${OLDER_API_VERSION} and imports a name that left: ${changed}.`,
    {
      code: 'PLUGIN_API_VERSION',
      exit: EXIT.usage,
      hint: `Install a newer release of ${plugin}; docs/api.md lists what changed, or "kwx plugins uninstall ${plugin}".`,
      cause,
    },
  )
