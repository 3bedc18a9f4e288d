import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { substitute } from '../../../src/framework/pipeline/substitute.ts'

const scope = { params: { n: 3, name: 'x', list: [1, 2] }, matrix: { city: 'miami' } }

describe('substitute', () => {
  it.each([
    ['${{ params.n }}', 3],
    ['${{params.list}}', [1, 2]],
    ['${{ matrix.city }}', 'miami'],
    ['configs/${{ matrix.city }}-${{ params.n }}.yaml', 'configs/miami-3.yaml'],
    ['no substitution $ { {', 'no substitution $ { {'],
    [{ a: ['${{ params.name }}'] }, { a: ['x'] }],
    [true, true],
    [null, null],
  ])('turns %j into %j', (value, expected) => {
    expect(substitute(value, scope)).toEqual({ value: expected, unknown: [] })
  })

  it.each(['params.m', 'params', 'params.n.x', 'env.HOME', 'params.toString', 'matrix.__proto__', ''])(
    'does not know ${{ %s }}',
    (expression) => {
      expect(substitute({ a: [`\${{ ${expression} }}`] }, scope).unknown).toMatchObject([
        { path: ['a', 0], expression },
      ])
    },
  )

  it('leaves every value without substitutions as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('${{'))
        expect(JSON.stringify(substitute(value, scope).value)).toBe(JSON.stringify(value))
      }),
    )
  })
})
