import { relative } from 'node:path'

import { checkAgainst, dotted, inOrder, type Problem, placeOf, readYaml, type YamlDocument } from '../schema/index.ts'
import { expected } from './check-value.ts'
import { DEFINITIONS } from './definitions.ts'
import { shownMistake } from './redact.ts'
import { settingsSchema } from './settings-schema.ts'

/** A value and where it was said: `kwx.config.yaml:3:7`, `KWX_HOME`, `--workers`. */
export interface Said {
  readonly value: string | number
  readonly origin: string
}

/** The settings of a project file by dotted key, and every mistake in it. `folder` shortens the name shown. */
export async function readProjectFile(
  file: string,
  folder: string,
): Promise<{ values: Map<string, Said>; problems: Problem[] }> {
  const shown = relative(folder, file)
  const document: YamlDocument = { ...(await readYaml(file)), file: shown }
  const problems = (await checkAgainst(settingsSchema(), document)).map((problem) => ({ ...problem, file: shown }))
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
  return { values, problems: inOrder(problems) }
}
