import { EXIT, KwxError } from 'kwx'
import { readJson } from 'kwx/artefacts'
import { validate } from 'kwx/schema'

/**
 * Reads a JSON file and checks what is read of it.
 *
 * @throws KwxError FILE_UNREADABLE, MODELS_FILE_INVALID (exit 1)
 */
export async function readChecked<Value>(file: string, schema: object): Promise<Value> {
  const value = await readJson<Value>(file)
  const problems = (await validate(schema, value)).map(({ message }) => message)
  if (problems.length === 0) return value
  throw new KwxError(`${file} is not what its name says: ${problems.slice(0, 3).join('; ')}.`, {
    code: 'MODELS_FILE_INVALID',
    exit: EXIT.error,
    hint: 'Make it anew: run the pipeline that wrote it with --force.',
    details: { file, problems },
  })
}
