import { EXIT, isKwxError, KwxError, messageOf } from 'kwx'
import { assertWritable } from 'kwx/artefacts'

/**
 * Finds out before any work whether reports can be published.
 *
 * @throws KwxError REPORTS_UNWRITABLE or STORAGE_FULL (exit 1)
 */
export async function assertReportsWritable(folder: string): Promise<void> {
  try {
    await assertWritable(folder)
  } catch (cause) {
    if (isKwxError(cause) && cause.code === 'STORAGE_FULL') throw cause
    throw new KwxError(`Reports cannot be written to ${folder}: ${messageOf(cause)}`, {
      code: 'REPORTS_UNWRITABLE',
      exit: EXIT.error,
      hint: 'Make the folder writable, or choose another with KWX_REPORTS_DIR.',
      details: { folder },
      cause,
    })
  }
}
