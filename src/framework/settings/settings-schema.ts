import { DEFINITIONS, type Definition, definitionOf, MORE_SOURCE_KEYS } from './definitions.ts'

interface ObjectSchema {
  type: 'object'
  additionalProperties: object | false
  properties: Record<string, object>
}

const emptyObject = (): ObjectSchema => ({ type: 'object', additionalProperties: false, properties: {} })

/**
 * JSON Schema of the project file: nested objects made from the dotted keys. Defaults are not part of it.
 *
 * @param ownSourcesOnly  refuses sources that kwx does not bring itself
 */
export function settingsSchema(ownSourcesOnly = false): object {
  const root = emptyObject()
  root.properties['$schema'] = { type: 'string' }
  for (const definition of DEFINITIONS) {
    if (definition.variablesOnly) continue
    const steps = definition.key.split('.')
    const last = steps.pop()!
    let parent = root
    for (const step of steps) {
      parent.properties[step] ??= emptyObject()
      parent = parent.properties[step] as ObjectSchema
    }
    parent.properties[last] = schemaOf(definition)
  }
  if (!ownSourcesOnly) (root.properties['sources'] as ObjectSchema).additionalProperties = moreSourceSchema
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'kwx project settings', ...root }
}

/** A source that a plugin contributes. Its key comes from a variable only: `KWX_SOURCE_<ID>_KEY`. */
const moreSourceSchema: object = {
  description: 'A source that a plugin contributes, by its id.',
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    MORE_SOURCE_KEYS.map((key) => [key, schemaOf(definitionOf(`sources.kalshi.${key}`)!)]),
  ),
}

/** The schema of one value. `writeOnly` keeps a secret out of messages. */
export function schemaOf({ about, type, minimum, exclusiveMinimum, maximum }: Definition): object {
  const isNumber = type === 'number' || type === 'integer'
  return {
    description: about,
    type: isNumber ? type : 'string',
    ...(isNumber ? {} : { minLength: 1 }),
    ...(type === 'secret' || type === 'database' ? { writeOnly: true } : {}),
    ...(minimum === undefined ? {} : { minimum }),
    ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }),
    ...(maximum === undefined ? {} : { maximum }),
  }
}
