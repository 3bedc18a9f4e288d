import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readYaml } from '../../../src/base/schema/index.ts'
import { formatProblem } from '../../../src/base/schema/problem.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-yaml-'))
})
afterAll(() => rm(folder, { recursive: true }))

const problemsOf = async (text: string, file = 'a.yaml') => (await readYaml({ text, file })).problems.map(formatProblem)

describe('readYaml', () => {
  it('gives plain data and the place of every key and value', async () => {
    const document = await readYaml({ text: 'a: 1\nlist:\n  - x\n  - {deep: yes}\n', file: 'a.yaml' })
    expect(document.value).toEqual({ a: 1, list: ['x', { deep: 'yes' }] })
    expect(document.problems).toEqual([])
    expect(document.locate(['list', 1, 'deep'], 'key')).toEqual({ line: 4, column: 6 })
    expect(document.locate(['list', 1, 'deep'])).toEqual({ line: 4, column: 12 })
    expect(document.find(['list', 2])).toBeUndefined()
    expect(document.locate(['list', 2, 'x'])).toEqual({ line: 2, column: 1 })
  })

  it('finds places behind an alias and of a key without a value', async () => {
    const document = await readYaml({ text: 'a: &a {x: 1}\nb: *a\nc:\n', file: 'a.yaml' })
    expect(document.value).toEqual({ a: { x: 1 }, b: { x: 1 }, c: null })
    expect(document.locate(['b', 'x'])).toEqual({ line: 1, column: 11 })
    expect(document.locate(['c'])).toMatchObject({ line: 3 })
  })

  it('reads JSON, tabs included, with places', async () => {
    const document = await readYaml({ text: '{\n\t"a": [1, 2]\n}', file: 'a.json' })
    expect(document.value).toEqual({ a: [1, 2] })
    expect(document.locate(['a', 1])).toEqual({ line: 2, column: 11 })
  })

  it.each([
    ['an empty file', '', 'a.yaml:1:1 the file is empty; expected keys with values'],
    ['only a comment', '# nothing\n', 'a.yaml:1:1 the file is empty; expected keys with values'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'a.yaml:3:1 this key is there twice; expected each key once'],
    ['a nested duplicate key', 'a: {b: 1, b: 2}\n', 'a.yaml:1:11 this key is there twice; expected each key once'],
    ['a tab', 'a:\n\tb: 1\n', 'a.yaml:2:1 a tab indents this line; expected spaces'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'a.yaml:2:1 a second document starts here; expected one per file'],
    ['a tag', 'a: !!js/function "x"\n', 'a.yaml:1:4 a tag that nobody knows; expected plain values'],
    ['another YAML', '%YAML 1.1\n---\na: yes\n', 'a.yaml:1:1 YAML 1.1 is asked for; expected 1.2'],
    ['an alias to itself', 'a: &a [*a]\n', /aliases repeat each other/],
    ['an unknown alias', 'a: *nobody\n', 'a.yaml:1:4 the alias *nobody has no anchor before it'],
    ['endless nesting', `a: ${'['.repeat(100_000)}`, 'a.yaml:1:1 the file is nested too deep to be read'],
    ['a key that is no text', '? [a, b]\n: 1\n', /a\.yaml:1:3 .*keys must be strings/],
  ])('reports %s with its place', async (_, text, expected) => {
    const problems = await problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })

  it('refuses aliases that multiply, quickly', async () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(',')}]\n`
    const bomb =
      level('a', 'x') + level('b', '*a') + level('c', '*b') + level('d', '*c') + level('e', '*d') + level('f', '*e')
    const before = performance.now()
    expect(await problemsOf(bomb)).toEqual([expect.stringMatching(/aliases repeat each other, or more than 100/)])
    expect(performance.now() - before).toBeLessThan(2000)
  })

  it('does not take comments, single quotes or YAML for JSON', async () => {
    expect(await problemsOf('{"a": 1,\n \'b\': 2}', 'a.json')).toEqual([
      expect.stringMatching(/^a\.json:2:2 this is not JSON/),
    ])
    expect(await problemsOf('{"a": ', 'a.json')).toEqual([expect.stringMatching(/^a\.json:1:7 this is not JSON/)])
    expect(await problemsOf('a: 1', 'a.json')).toEqual([expect.stringMatching(/^a\.json:1:1 this is not JSON/)])
  })

  it('keeps merge keys and __proto__ as ordinary keys', async () => {
    const { value } = await readYaml({ text: 'a: &a {x: 1}\nb:\n  <<: *a\n__proto__: {y: 2}\n', file: 'a.yaml' })
    expect(Object.keys(value as object)).toEqual(['a', 'b', '__proto__'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect((value as { b: object }).b).toEqual({ '<<': { x: 1 } })
  })

  it('keeps a value with a duplicate key, so that the rest can be checked', async () => {
    expect((await readYaml({ text: 'a: 1\na: 2\n', file: 'a.yaml' })).value).toBeTypeOf('object')
    expect((await readYaml({ text: 'a: [\n', file: 'a.yaml' })).value).toBeUndefined()
  })

  it('reports a missing file and the nearest name beside it', async () => {
    await writeFile(join(folder, 'chicago.yaml'), 'a: 1\n')
    const missing = join(folder, 'chicgo.yaml')
    expect((await readYaml(missing)).problems.map(formatProblem)).toEqual([
      `${missing} does not exist; did you mean ${join(folder, 'chicago.yaml')}?`,
    ])
  })

  it('looks for the name in configs too', async () => {
    await mkdir(join(folder, 'configs'), { recursive: true })
    await writeFile(join(folder, 'configs', 'offset_miami.yaml'), 'a: 1\n')
    expect((await readYaml(join(folder, 'offset_miami.yaml'))).problems[0]!.message).toBe(
      `does not exist; did you mean ${join(folder, 'configs', 'offset_miami.yaml')}?`,
    )
  })

  it('reports a folder, a binary file, text that is not UTF-8 and a file of 10 MB', async () => {
    const write = async (name: string, content: string | Uint8Array) => {
      await writeFile(join(folder, name), content)
      return (await readYaml(join(folder, name))).problems[0]!.message
    }
    expect((await readYaml(folder)).problems[0]!.message).toMatch(/^is a folder; expected a YAML file/)
    expect(await write('binary', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0]))).toMatch(/binary/)
    expect(await write('latin', new Uint8Array([0x61, 0x3a, 0x20, 0xe9]))).toBe('is not UTF-8 text')
    expect(await write('large.yaml', 'a'.repeat(10 << 20))).toBe(
      'is larger than 1048576 bytes; expected a file that a person wrote',
    )
  })

  it.skipIf(process.platform === 'win32')('reads a device no further than a file may be long', async () => {
    expect((await readYaml('/dev/zero')).problems[0]!.message).toMatch(/^is larger than/)
    expect((await readYaml('/dev/null')).problems[0]!.message).toMatch(/^the file is empty/)
  })

  it('takes a byte order mark away', async () => {
    await writeFile(join(folder, 'bom.yaml'), '\ufeffa: 1\n')
    expect((await readYaml(join(folder, 'bom.yaml'))).value).toEqual({ a: 1 })
  })

  it('never throws, whatever the text', async () => {
    const piece = fc.constantFrom(
      'a: ',
      '- ',
      '\n',
      '  ',
      '&x ',
      '*x ',
      '!!t ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '---',
      '? ',
      '| ',
      '#',
      '\t',
      'é',
      '%YAML 1.2',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), async (pieces) => {
        const document = await readYaml({ text: pieces.join(''), file: 'a.yaml' })
        for (const { line, column } of document.problems) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(column).toBeGreaterThanOrEqual(1)
        }
        if (document.value === undefined) expect(document.problems.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })

  it('reads back whatever a YAML writer wrote', async () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 })
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const plain = JSON.parse(JSON.stringify(value))
        const document = await readYaml({ text: stringify(plain, { aliasDuplicateObjects: false }), file: 'a.yaml' })
        expect(document.problems).toEqual([])
        expect(document.value).toEqual(plain)
      }),
      { numRuns: 200 },
    )
  })
})
