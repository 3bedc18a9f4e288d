import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import type { Contributions } from '../../../src/framework/contributions/contributions.ts'
import { planPipeline } from '../../../src/framework/pipeline/plan.ts'
import { pluginOf } from '../../support/plugins.ts'

const step = (text: string) =>
  `export default { title: 't', version: '1', params: { type: 'object', additionalProperties: false, properties: {} }, consumes: {}, produces: {}, run: async () => ({ artefacts: {} }), ${text} }`

let contributions: Contributions
beforeAll(async () => {
  contributions = await pluginOf({
    steps: {
      'made:config': step(
        `produces: { config: 'config' }, params: { type: 'object', additionalProperties: false, required: ['city'], properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, default: 7 } } }`,
      ),
      'made:build': step(`consumes: { config: 'config' }, produces: { rows: 'table' }`),
      'made:train': step(`consumes: { rows: 'table' }`),
      'made:chart': step(`consumes: { rows: 'picture' }`),
    },
  })
})

async function plan(yaml: string, params: Record<string, unknown> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-plan-'))
  const file = join(folder, 'p.yaml')
  await writeFile(file, yaml)
  return planPipeline('p', file, params, contributions)
}

describe('planPipeline', () => {
  it('fills in defaults and connects producers with consumers', async () => {
    const { steps } = await plan(`
title: t
params: { type: object, properties: { city: { type: string, default: miami } } }
steps:
  - { id: config, use: "made:config", with: { city: "\${{ params.city }}" } }
  - { id: build, use: "made:build" }
  - { id: train, use: "made:train" }
`)
    expect(steps.map(({ name, needs, params }) => ({ name, needs, params }))).toEqual([
      { name: 'config', needs: [], params: { city: 'miami', days: 7 } },
      { name: 'build', needs: ['config'], params: {} },
      { name: 'train', needs: ['build'], params: {} },
    ])
  })

  it('runs every step once for each cell of the matrix, and cells do not mix', async () => {
    const { steps } = await plan(`
title: t
matrix: { city: [miami, chicago], days: [1, 2] }
steps:
  - { id: config, use: "made:config", with: { city: "\${{ matrix.city }}", days: "\${{ matrix.days }}" } }
  - { id: build, use: "made:build" }
`)
    expect(steps.map(({ name }) => name)).toContain('build[chicago,2]')
    expect(steps).toHaveLength(8)
    expect(steps.find(({ name }) => name === 'build[chicago,2]')!.inputs).toEqual({ config: 'config[chicago,2]' })
  })

  it('skips a step whose when is false', async () => {
    const { steps } = await plan(`
title: t
params: { type: object, properties: { chart: { type: boolean, default: false } } }
steps:
  - { id: config, use: "made:config", with: { city: a }, when: "\${{ params.chart }}" }
`)
    expect(steps[0]!.skipped).toBe(true)
  })

  it.each([
    ['required', 'required: [city], ', '--param `city` is missing; expected a text'],
    ['optional', '', ':4:57 `city` has no value; give it with --param city=...'],
  ])('tells once of a parameter that is %s and was not given', async (_, required, told) => {
    const yaml = `
title: t
params: { type: object, ${required}properties: { city: { type: string } } }
steps: [{ id: config, use: "made:config", with: { city: "\${{ params.city }}" } }]
`
    const error = (await plan(yaml).catch((thrown) => thrown)) as Error
    expect(error.message).toContain('has one mistake')
    expect(error.message).toContain(told)
  })

  it('reads text of the command line by the type of the parameter', async () => {
    const yaml = `
title: t
params: { type: object, properties: { days: { type: integer }, city: { type: string } } }
steps: [ { id: config, use: "made:config", with: { city: "\${{ params.city }}", days: "\${{ params.days }}" } } ]
`
    expect((await plan(yaml, { days: '3', city: '3' })).steps[0]!.params).toEqual({ days: 3, city: '3' })
    await expect(plan(yaml, { days: 'many', city: 'x' })).rejects.toMatchObject({ code: 'PIPELINE_INVALID', exit: 2 })
  })

  it('lists every mistake at once with its place and the nearest name', async () => {
    const mistakes = plan(
      `title: t
params: { type: object, properties: { city: { type: string, default: x } } }
steps:
  - { id: config, use: "made:confg" }
  - { id: config, use: "made:config", with: { city: "\${{ params.citty }}" } }
  - { id: train, use: "made:train", needs: [biuld] }
`,
    )
    await expect(mistakes).rejects.toMatchObject({ code: 'PIPELINE_INVALID', exit: 2 })
    const message = await mistakes.then(
      () => '',
      (error: Error) => error.message,
    )
    expect(message).toMatch(/p\.yaml:4:\d+ no plugin contributes the step "made:confg", did you mean "made:config"/)
    expect(message).toMatch(/p\.yaml:5:\d+ a second step is called "config"/)
    expect(message).toMatch(/p\.yaml:6:\d+ "train" needs "biuld"/)
  })

  it.each([
    [
      'an unknown parameter of a step',
      'steps: [ { id: c, use: "made:config", with: { city: a, dayz: 1 } } ]',
      /dayz.*days/,
    ],
    ['a value of the wrong type', 'steps: [ { id: c, use: "made:config", with: { city: 5 } } ]', /city/],
    ['a missing required parameter', 'steps: [ { id: c, use: "made:config" } ]', /city/],
    ['an input that nobody produces', 'steps: [ { id: b, use: "made:build" } ]', /consumes "config"/],
    [
      'an input of another kind',
      'steps: [ { id: c, use: "made:config", with: { city: a } }, { id: b, use: "made:build" }, { id: x, use: "made:chart" } ]',
      /kind picture, but "b" produces kind table/,
    ],
    [
      'an unknown substitution',
      'params: { type: object, properties: { city: { type: string, default: x } } }\nsteps: [ { id: c, use: "made:config", with: { city: "${{ params.citty }}" } } ]',
      /params\.citty.*params\.city/,
    ],
    ['an unknown key', 'stepz: []\nsteps: [ { id: c, use: "made:config", with: { city: a } } ]', /stepz.*steps/],
    ['no steps', 'steps: []', /steps/],
    [
      'a when that is a number',
      'params: { type: object, properties: { n: { type: integer, default: 1 } } }\nsteps: [ { id: c, use: "made:config", with: { city: a }, when: "${{ params.n }}" } ]',
      /"when" must be true or false/,
    ],
    ['an empty matrix', 'matrix: { city: [] }\nsteps: [ { id: c, use: "made:config", with: { city: a } } ]', /city/],
  ])('refuses %s', async (_, yaml, message) => {
    await expect(plan(`title: t\n${yaml}\n`)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      exit: 2,
      message: expect.stringMatching(message),
    })
  })

  it.each(['', '[]', 'title: t\ntitle: u\nsteps: []', '\t', 'a: &a [*a]', '{{{'])(
    'refuses the text %j',
    async (yaml) => {
      await expect(plan(yaml)).rejects.toMatchObject({ code: 'PIPELINE_INVALID', exit: 2 })
    },
  )
})
