import { afterEach, describe, expect, it, vi } from 'vitest'

import { EXIT, KwxError } from '../../../src/base/errors.ts'
import type { PlannedStep } from '../../../src/framework/pipeline/planned-pipeline.ts'
import { taskList } from '../../../src/framework/pipeline/task-list.ts'

afterEach(() => vi.restoreAllMocks())

const step = (name: string) =>
  ({ name, needs: [], skipped: false, step: { title: `do ${name}` } }) as unknown as PlannedStep

describe('taskList in plain lines', () => {
  it('shows the code of a failed step, whose whole message the run ends with', async () => {
    let shown = ''
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      shown += String(chunk)
      return true
    })
    const work = async ({ name }: PlannedStep) => {
      if (name === 'good') return 'ran' as const
      throw new KwxError('The whole story.', { code: 'STORY', exit: EXIT.error })
    }
    await taskList([step('good'), step('bad')], work, 1, 'lines')
    vi.restoreAllMocks()
    expect(shown).toContain('bad: do bad')
    expect(shown).toContain('FAILED: STORY')
    expect(shown).not.toContain('whole story')
    expect(shown).toContain('good: do good')
  })
})
