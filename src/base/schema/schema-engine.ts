// The only file that imports Ajv; everyone else takes it with `await import('./schema-engine.ts')`. A static import
// here survives bundling, a dynamic `import('ajv')` would find the CommonJS exports under `.default`.
import { Ajv } from 'ajv'
import type { FormatsPlugin } from 'ajv-formats'
import formats from 'ajv-formats'

// Under nodenext the types promise `{ default }`; at run time the import is the function itself.
const addFormats = formats as unknown as FormatsPlugin

/** Ajv as kwx uses it: every error with its data, defaults filled in, schemas strict, dates checked on the calendar. */
export function createAjv(): Ajv {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, useDefaults: true })
  addFormats(ajv)
  return ajv
}
