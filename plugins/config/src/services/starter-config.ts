import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { loadCity } from 'kwx/cities'
import { configInvalid, productionConfigSchema, readProductionConfig } from 'kwx/config'
import { expectation } from 'kwx/schema'

import { type SchemaNode, yamlScalar } from './entries.ts'

interface StarterOptions {
  readonly file: string
  /** Id or alias. */
  readonly city: string
  readonly bracket: string
  readonly featureSet: string
  readonly startDate: string
  readonly endDate: string
  readonly trainDays: number
}

/**
 * Writes a new configuration in which every key is explained and every default is shown, commented out.
 *
 * Its folder is made when it is missing; an existing file is never touched.
 *
 * @throws KwxError CONFIG_EXISTS, CONTRIBUTION_UNKNOWN or CONFIG_INVALID (exit 2)
 */
export async function writeStarter(options: StarterOptions, contributions: Contributions): Promise<{ file: string }> {
  const { file } = options
  const city = await loadCity(contributions, options.city)
  const text = starterText({
    city: city.id,
    bracket: options.bracket,
    feature_set: options.featureSet,
    train_days: options.trainDays,
    start_date: options.startDate,
    end_date: options.endDate,
  })
  const { problems } = await readProductionConfig({ text, file }, contributions)
  if (problems.length > 0) throw configInvalid(problems, `The new ${file}`)
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new KwxError(`${file} exists; a new configuration needs a name that is free.`, {
      code: 'CONFIG_EXISTS',
      exit: EXIT.usage,
      hint: `Choose another name, or look at it with "kwx config show --config ${file}".`,
      cause,
    })
  }
  return { file }
}

/** The text of a configuration with these values; made from the schema, so it explains every key there is. */
export function starterText(values: Readonly<Record<string, unknown>>): string {
  const lines = ['# A production configuration of kwx. Lines that are commented out show the defaults.', '']
  for (const [key, node] of Object.entries(productionConfigSchema.properties as Record<string, SchemaNode>)) {
    if (key === '$schema') continue
    lines.push(...keyLines(key, node, values[key]), '')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function keyLines(key: string, node: SchemaNode, value: unknown): string[] {
  if (!node.properties) return [comment(node), value === undefined ? `# ${pair(key, node.default)}` : pair(key, value)]
  const inner = Object.entries(node.properties).flatMap(([name, child]) => [
    `#   ${comment(child)}`,
    `#   ${pair(name, child.default)}`,
  ])
  return [`# ${node.description}`, `# ${key}:`, ...inner]
}

const comment = (node: SchemaNode) => `# ${node.description} Expects ${expectation(node)}.`

const pair = (key: string, value: unknown) => `${key}: ${yamlScalar(value)}`
