import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { DEFINITIONS } from '../../../src/framework/settings/index.ts'
import { root } from '../../support/root.ts'

describe('docs/configuration.md', () => {
  it('names every setting and every variable', async () => {
    const text = await readFile(join(root, 'docs', 'configuration.md'), 'utf8')
    for (const { key, variables } of DEFINITIONS) {
      const generic = key.replace(
        /^sources\.[a-z-]+\.(requestsPerSecond|timeoutSeconds|attempts)$/,
        'sources.<name>.$1',
      )
      expect(text).toContain(`\`${generic}\``)
      if (generic === key) for (const name of variables) expect(text).toContain(`\`${name}\``)
    }
  })
})
