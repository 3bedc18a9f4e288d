import { relative } from 'node:path'
import { dotted } from '../../base/schema/describe.ts'

import {
  checkAgainst,
  inOrder,
  nearest,
  type Problem,
  placeOf,
  readYaml,
  type YamlDocument,
} from '../../base/schema/index.ts'
import { expected } from './check-value.ts'
import { DEFINITIONS, SOURCE_NAMES } from './definitions.ts'
import { shownMistake } from './redact.ts'
import { settingsSchema } from './settings-schema.ts'

/** A value and where it was said: `kwx.config.yaml:3:7`, `KWX_HOME`, `--workers`. */
export interface Said {
  readonly value: string | number
  readonly origin: string
}

/**
 * The settings of a project file by dotted key, its `sources` as they stand, and every mistake in it.
 *
 * @param folder  shortens the name shown
 */
export async function readProjectFile(
  file: string,
  folder: string,
): Promise<{ values: Map<string, Said>; sources: unknown; problems: Problem[] }> {
  const shown = relative(folder, file)
  const document: YamlDocument = { ...(await readYaml(file)), file: shown }
  const { sources } = (document.value ?? {}) as { sources?: unknown }
  const problems = (await checkAgainst(settingsSchema(hasSlip(sources)), document)).map((problem) => ({
    ...problem,
    file: shown,
  }))
  const values = new Map<string, Said>()
  for (const definition of DEFINITIONS) {
    const path = definition.key.split('.')
    const value = path.reduce<unknown>(
      (at, step) => (at as Record<string, unknown> | undefined)?.[step],
      document.value,
    )
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const position = document.locate(path)
    const isRefused = problems.some(({ line, column }) => line === position.line && column === position.column)
    const wanted = isRefused ? null : expected(definition, value)
    if (wanted) {
      const found = shownMistake(definition, value)
      problems.push({ file: shown, ...position, message: `\`${dotted(path)}\` is ${found}; expected ${wanted}` })
    }
    values.set(definition.key, { value, origin: placeOf({ file: shown, ...position }) })
  }
  return { values, sources, problems: inOrder(problems) }
}

/** Whether some name is a slip of the pen for a source of kwx itself, and not one that a plugin contributes. */
const hasSlip = (sources: unknown): boolean =>
  typeof sources === 'object' &&
  sources !== null &&
  Object.keys(sources).some((id) => !SOURCE_NAMES.includes(id) && nearest(id, SOURCE_NAMES) !== undefined)
