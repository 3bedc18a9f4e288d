import { lstat } from 'node:fs/promises'
import { EXIT, KwxError } from '../../base/errors.ts'
import { readJson } from '../../base/files/canonical-json.ts'
import type { ModelFile } from '../../domain/model/model-file.ts'
import { parseModelFile } from '../../domain/model/parse-model-file.ts'

/** Largest file that is read as a model. One with 1,000 features and 50,000 calibrator thresholds has 3 MB. */
export const MODEL_BYTES = 16 * 2 ** 20

/**
 * Reads and checks one `model.json`. It is data: whatever the file holds, none of it is run.
 *
 * @throws KwxError MODEL_INVALID (exit 1) when it is no model, too large, or not a regular file
 * @throws KwxError MODEL_EDITED (exit 1) when the content is not what the id was made from
 * @throws KwxError FILE_UNREADABLE (exit 1) when it is missing or not JSON
 */
export async function readModelFile(file: string): Promise<ModelFile> {
  const found = await lstat(file).catch(() => null)
  if (found && (!found.isFile() || found.size > MODEL_BYTES)) {
    const what = found.isFile() ? `has ${found.size} bytes, at most ${MODEL_BYTES} are read` : 'is not a regular file'
    throw new KwxError(`${file} is not a model: it ${what}.`, {
      code: 'MODEL_INVALID',
      exit: EXIT.error,
      hint: 'Take the file from its pilot again, or train anew with "kwx train --config FILE".',
      details: { file },
    })
  }
  return parseModelFile(await readJson(file), file)
}
