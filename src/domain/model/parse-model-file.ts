import { EXIT, KwxError } from '../../base/errors.ts'
import { validate } from '../../base/schema/index.ts'
import type { ModelFile } from './model-file.ts'
import { modelId } from './model-id.ts'
import { modelSchema } from './model-schema.ts'

const hint = 'Take the file from its pilot again, or train anew with "kwx train --config FILE".'

/**
 * A model from the parsed JSON of its file, checked whole: schema, lengths, and the id against the content.
 *
 * @param json  what JSON.parse gave
 * @param file  named in errors
 * @throws KwxError MODEL_INVALID (exit 1) when it is not a model, listing every difference
 * @throws KwxError MODEL_EDITED (exit 1) when the content is not what the id was made from
 */
export async function parseModelFile(json: unknown, file: string): Promise<ModelFile> {
  const problems = (await validate(modelSchema, json)).map(({ message }) => message)
  if (problems.length === 0) problems.push(...wrongLengths(json as ModelFile))
  if (problems.length > 0) {
    throw new KwxError(`${file} is not a model: ${problems.join('; ')}.`, {
      code: 'MODEL_INVALID',
      exit: EXIT.error,
      hint,
      details: { file, problems },
    })
  }
  const model = json as ModelFile
  const found = modelId(model)
  if (found !== model.id) {
    throw new KwxError(
      `${file} was edited: its content has the id ${found.slice(0, 12)}, it says ${model.id.slice(0, 12)}.`,
      {
        code: 'MODEL_EDITED',
        exit: EXIT.error,
        hint,
        details: { file, found, expected: model.id },
      },
    )
  }
  return model
}

function wrongLengths({ features, scaling, coefficients, calibrator, clip }: ModelFile): string[] {
  const problems = Object.entries({ 'scaling.mean': scaling.mean, 'scaling.scale': scaling.scale, coefficients })
    .filter(([, values]) => values.length !== features.length)
    .map(([name, values]) => `${name} has ${values.length} values for ${features.length} features`)
  if (calibrator.method === 'isotonic' && calibrator.x.length !== calibrator.y.length) {
    problems.push(`the calibrator has ${calibrator.x.length} thresholds and ${calibrator.y.length} values`)
  }
  if (clip[0]! > clip[1]!) problems.push(`the clip [${clip.join(', ')}] is empty`)
  return problems
}
