import { describe, expect, it } from 'vitest'
import { EXIT, KwxError } from '../../src/base/errors.ts'
import { asLostConnection } from '../../src/data/database/connection/lost-connection.ts'

const withCode = (code: string) => Object.assign(new Error('gone'), { code })

describe('asLostConnection', () => {
  it.each([
    ['a server that is shut down', withCode('57P01')],
    ['a server that starts', withCode('57P03')],
    ['a broken protocol', withCode('08006')],
    ['a closed port', withCode('ECONNREFUSED')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['what was caused by one', new Error('the step failed', { cause: withCode('ECONNRESET') })],
  ])('names %s', (_, thrown) => {
    expect(asLostConnection(thrown)).toMatchObject({ code: 'DATABASE_LOST', exit: EXIT.error, cause: thrown })
  })

  it.each([
    ['another mistake', new TypeError('x is not a function')],
    ['another state of the database', withCode('42703')],
    [
      'an error of kwx',
      new KwxError('no', { code: 'SOURCE_UNREACHABLE', exit: 1, hint: '', cause: withCode('ECONNRESET') }),
    ],
    ['nothing', undefined],
    ['a text', 'ECONNREFUSED'],
  ])('leaves %s as it is', (_, thrown) => {
    expect(asLostConnection(thrown)).toBe(thrown)
  })
})
