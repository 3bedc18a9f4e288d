// Trains the invented pilot under the folder argv[2]; the crash test starts it, kills it and starts it again.
import { pilotInputs } from '../../../../test/support/pilot-inputs.ts'
import { runAndPublish, stepContext } from '../../../../test/support/step-context.ts'
import walkForward from '../../src/steps/walk-forward.ts'

const home = process.argv[2]!
const inputs = await pilotInputs(home, { rowsPerMarket: 60, config: { trials: 20 } })
const { artefacts } = await runAndPublish(walkForward, stepContext(home, 2), {}, inputs)
process.stdout.write(artefacts['pilot']!.folder)
