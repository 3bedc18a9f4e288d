import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

const manifest = findPackageJSON(import.meta.url)
if (!manifest) throw new Error('kwx does not lie inside a package.')

/** The folder of kwx's package.json, from sources, from dist and from a chunk of the bundle alike. */
export const packageRoot = dirname(manifest)

/** True when Node runs the TypeScript sources (bin/dev.js, tests); false in the built program. */
export const runsFromSources = import.meta.filename.endsWith('.ts')
