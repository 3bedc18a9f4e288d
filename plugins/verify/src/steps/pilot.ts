import { join } from 'node:path'

import { defineStep, EXIT, type StepResult } from 'kwx'
import { writeJson } from 'kwx/artefacts'
import { readTrainingInputs } from 'kwx/model-store'

import { verifyPilot } from '../services/verify-pilot.ts'

export default defineStep({
  title: "verify the pilot's internals by executing them",
  version: '3',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: { config: 'config', features: 'features', labels: 'labels', pilot: 'pilot' },
  produces: { verification: 'verification' },
  async run(ctx, _params, inputs): Promise<StepResult> {
    const pilot = inputs['pilot']!
    const training = await readTrainingInputs(inputs)
    const verification = await verifyPilot(pilot.folder, training, (done, total) =>
      ctx.progress(done, total, 'windows'),
    )
    const artefact = await ctx.write(
      'verification',
      (folder) => writeJson(join(folder, 'verification.json'), verification),
      pilot.origin ? { origin: pilot.origin } : {},
    )
    const { passed, checks } = verification
    const artefacts = { verification: artefact }
    const failures = checks.filter((check) => !check.passed)
    for (const { window, check, sentence } of failures) ctx.log(`${window} ${check}: ${sentence}`)
    if (!passed) return { artefacts, exit: EXIT.gate, summary: `${failures.length} of ${checks.length} checks failed` }
    const windows = new Set(checks.map(({ window }) => window)).size - 1
    if (windows === 0) return { artefacts, exit: EXIT.evidence, summary: 'There is no fitted window to verify.' }
    return { artefacts, summary: `${checks.length} checks passed on ${windows} windows` }
  },
})
