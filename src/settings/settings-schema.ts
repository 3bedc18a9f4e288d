import { DEFINITIONS, type Definition } from './definitions.ts'

interface ObjectSchema {
  type: 'object'
  additionalProperties: false
  properties: Record<string, object>
}

const emptyObject = (): ObjectSchema => ({ type: 'object', additionalProperties: false, properties: {} })

/** JSON Schema of the project file: nested objects made from the dotted keys. Defaults are not part of it. */
export function settingsSchema(): object {
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
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'kwx project settings', ...root }
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
