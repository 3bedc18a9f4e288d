import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { City } from 'kwx/cities'

export const miami: City = JSON.parse(readFileSync(join(import.meta.dirname, '../../cities/miami.json'), 'utf8'))
