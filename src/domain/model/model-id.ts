import { canonicalJson } from '../../base/files/canonical-json.ts'
import { sha256 } from '../../base/files/hash.ts'
import type { ModelFile } from './model-file.ts'

/** SHA-256 of the canonical JSON of everything in a model but its id, hexadecimal. */
export function modelId(model: Omit<ModelFile, 'id'>): string {
  const { id: _, ...content } = model as ModelFile
  return sha256(canonicalJson(content))
}
