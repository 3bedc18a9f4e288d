import { describe, expect, it } from 'vitest'
import { isKwxError, KwxError } from '../../../src/base/errors.ts'
import { assertValid, checkAgainst, problemsError, readYaml, validate } from '../../../src/base/schema/index.ts'
import { formatProblem } from '../../../src/base/schema/problem.ts'

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['city', 'day'],
  properties: {
    city: { type: 'string' },
    day: { type: 'string', format: 'date' },
    kind: { type: 'string', enum: ['between', 'greater'] },
    days: { type: 'integer', minimum: 1, default: 7 },
    ratio: { type: ['number', 'null'], exclusiveMinimum: 0, maximum: 1 },
    list: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } },
    key: { type: 'string', writeOnly: true },
    deep: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: { n: { type: 'number', default: 3 } },
    },
  },
}

const check = async (text: string) =>
  (await checkAgainst(schema, await readYaml({ text, file: 'a.yaml' }))).map(formatProblem)

describe('checkAgainst', () => {
  it('lists every mistake at once, in the order of the file', async () => {
    expect(
      await check(
        'citty: x\ncity: 5\nday: 2025-02-30\nkind: betwen\ndays: "42"\nratio: 0\nlist: [a, a]\ndeep: {m: 1, n: .inf}\n',
      ),
    ).toEqual([
      'a.yaml:1:1 unknown key `citty`, did you mean `city`?',
      'a.yaml:2:7 `city` is 5; expected a text',
      'a.yaml:3:6 `day` is "2025-02-30"; expected a day of the calendar like 2025-02-25',
      'a.yaml:4:7 `kind` is "betwen"; expected between or greater; did you mean `between`?',
      'a.yaml:5:7 `days` is the text "42"; expected a whole number >= 1',
      'a.yaml:6:8 `ratio` is 0; expected a number > 0 and <= 1 or null',
      'a.yaml:7:7 `list` is ["a","a"]; expected each item once ("a" is there twice)',
      'a.yaml:8:8 in `deep`: unknown key `m`; known are n',
      'a.yaml:8:17 `deep.n` is Infinity; expected a number',
    ])
  })

  it('names missing keys and what they should hold', async () => {
    expect(await check('kind: between\n')).toEqual([
      'a.yaml:1:1 `city` is missing; expected a text',
      'a.yaml:1:1 `day` is missing; expected a day of the calendar like 2025-02-25',
    ])
  })

  it('goes on to the schema after a duplicate key', async () => {
    expect(await check('city: a\nday: 2025-01-01\ncity: b\ndays: 0\n')).toEqual([
      'a.yaml:3:1 this key is there twice; expected each key once',
      'a.yaml:4:7 `days` is 0; expected a whole number >= 1',
    ])
  })

  it('never shows a value that the schema marks writeOnly', async () => {
    const problems = await check('city: a\nday: 2025-01-01\nkey: 12345\n')
    expect(problems).toEqual(['a.yaml:3:6 `key` is not valid; expected a text'])
  })

  it('checks days on the calendar', async () => {
    expect(await check('city: a\nday: 2024-02-29\n')).toEqual([])
    expect(await check('city: a\nday: 2025-02-29\n')).toHaveLength(1)
    expect(await check('city: a\nday: 20250228\n')).toHaveLength(1)
  })

  it('reports only the file when it has no value', async () => {
    expect(await check('')).toEqual(['a.yaml:1:1 the file is empty; expected keys with values'])
    expect(await check('- a\n')).toEqual(['a.yaml:1:1 the file is ["a"]; expected keys with values'])
  })
})

describe('validate', () => {
  it('fills defaults into the value', async () => {
    const value = { city: 'a', day: '2025-01-01' }
    expect(await validate(schema, value)).toEqual([])
    expect(value).toEqual({ city: 'a', day: '2025-01-01', days: 7, deep: { n: 3 } })
  })

  it('takes two schemas with one $id for two schemas', async () => {
    const number = { $id: 'kwx/test@1', type: 'number' }
    const text = { $id: 'kwx/test@1', type: 'string' }
    expect(await validate(number, 1)).toEqual([])
    expect(await validate(text, 'a')).toEqual([])
    expect(await validate(number, 'a')).toHaveLength(1)
  })

  it('blames a wrong schema on the schema', async () => {
    const error = await validate({ type: 'nonsense' }, 1).catch((e: unknown) => e)
    expect(isKwxError(error) && [error.code, error.exit]).toEqual(['SCHEMA_BROKEN', 1])
  })
})

describe('assertValid', () => {
  it('throws one error with all mistakes, exit 2, and the mistakes as data', async () => {
    const error = await assertValid(schema, { days: 0 }, { code: 'THING_INVALID', what: 'The thing' }).catch((e) => e)
    expect(error).toBeInstanceOf(KwxError)
    expect(error.message).toBe(
      'The thing has 3 mistakes:\n' +
        '  `city` is missing; expected a text\n' +
        '  `day` is missing; expected a day of the calendar like 2025-02-25\n' +
        '  `days` is 0; expected a whole number >= 1',
    )
    expect([error.code, error.exit, error.details.problems.length]).toEqual(['THING_INVALID', 2, 3])
  })
})

describe('problemsError', () => {
  it('names places and takes the hint of the first mistake that has one', () => {
    const error = problemsError(
      [
        { file: 'KWX_HOME', line: 0, column: 0, message: 'is ""; expected a folder' },
        { file: 'a.yaml', line: 3, column: 7, message: 'unknown city "x"', hint: 'List them.' },
      ],
      { code: 'X', what: 'It' },
    )
    expect(error.message).toBe('It has 2 mistakes:\n  KWX_HOME is ""; expected a folder\n  a.yaml:3:7 unknown city "x"')
    expect(error.hint).toBe('List them.')
  })
})
