import { ASSUMPTIONS } from 'kwx/trading'
import { describe, expect, it } from 'vitest'
import { validate } from '../../../src/base/schema/index.ts'
import { productionConfigSchema } from '../../../src/domain/config/production-config-schema.ts'
import step from '../src/steps/run.ts'

const config = {
  city: 'miami',
  bracket: 'between',
  feature_set: 'baseline',
  start_date: '2025-01-01',
  end_date: '2025-03-01',
}

describe('what is taken for granted about execution', () => {
  it.each([...Object.keys(ASSUMPTIONS), 'fill_rule', 'fill_probability', 'slip_per_leg_cents', 'queue_size'])(
    'is refused in a search space: %s',
    async (name) => {
      const problems = await validate(productionConfigSchema, { ...config, search_space: { [name]: 1 } })
      expect(problems.map(({ message }) => message).join()).toContain(name)
    },
  )

  it('is no parameter of the step, nor of the limits', async () => {
    expect(step.params).toEqual({ type: 'object', properties: {}, additionalProperties: false })
    expect(await validate(productionConfigSchema, { ...config, risk: { fill_rule: 'touch' } })).not.toEqual([])
    expect(await validate(productionConfigSchema, { ...config })).toEqual([])
  })
})
