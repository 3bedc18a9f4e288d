import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { defineStep, type Origin } from 'kwx'
import { publishFolder, readJson } from 'kwx/artefacts'

import { DECISION, DECISION_NAMES } from '../decision.ts'
import { type JudgedSummary, REPORT_FILES } from '../reports.ts'
import { countInLedger } from '../services/evaluations.ts'
import { askWorld } from '../services/infrastructure.ts'
import { makeReports } from '../services/make-reports.ts'
import { INPUTS, type Inputs } from '../services/read-evidence.ts'
import { assertReportsWritable } from '../services/write-probe.ts'
import { writeReports } from '../services/write-reports.ts'

interface Params {
  phase: string
}

export default defineStep<Params>({
  title: 'judge the pilot and write the acceptance report',
  version: '7',
  params: {
    type: 'object',
    additionalProperties: false,
    properties: {
      phase: {
        description: 'First word of the name of the report folder.',
        type: 'string',
        pattern: '^[a-z][a-z0-9-]*$',
        default: 'phase1',
      },
    },
  },
  consumes: Object.fromEntries(INPUTS.map((name) => [name, name])),
  takes: Object.fromEntries(DECISION_NAMES.map((name) => [name, DECISION[name].kind])),
  produces: { report: 'report' },
  // It looks at the database and publishes: what was true yesterday is asked again. Equal answers have equal bytes.
  always: true,
  async run(ctx, { phase }, inputs) {
    await assertReportsWritable(ctx.settings.directories.reports)
    const count = countInLedger(ctx.database, () => ctx.clock.now())
    const made = await makeReports(ctx, inputs as Inputs, { phase, world: await askWorld(ctx), count })
    const { origin, verdict } = made.reports.summary
    const write = (folder: string) => writeReports(folder, made, ctx.contributions)
    const report = await ctx.write('report', write, { origin: origin as Origin })
    return { artefacts: { report }, exit: verdict.exit, summary: verdict.sentence }
  },
  async publish(ctx, { report }) {
    const { phase, city, bracket } = await readJson<JudgedSummary>(join(report!.folder, REPORT_FILES.summary))
    const place = join(ctx.settings.directories.reports, `${phase}_${city}_${bracket}`)
    const gone = DECISION_NAMES.map((name) => DECISION[name].file).filter(
      (file) => existsSync(join(place, file)) && !existsSync(join(report!.folder, file)),
    )
    await publishFolder(report!.folder, place)
    if (gone.length > 0) {
      ctx.log(
        `The report that was there also judged the decision: ${gone.join(', ')} went with it; "kwx accept --pipeline decide" judges it again`,
      )
    }
    return place
  },
})
