import { join } from 'node:path'

import { type Artefact, type Contributions, EXIT, KwxError } from 'kwx'
import { type Provenance, readJson } from 'kwx/artefacts'
import { validate } from 'kwx/schema'

import { DECISION, DECISION_NAMES, type Decision, type DecisionName } from '../decision.ts'
import type { Inputs } from './read-evidence.ts'

/** Whose rows a file speaks of. */
type About = Readonly<Record<'city' | 'bracket' | 'origin', string | null>> & {
  readonly pilot?: string | null
  readonly blend?: string
}

/**
 * Reads those of the files 07 to 10 that there are, each against its schema, and refuses what was made from something
 * else than the rest of the report.
 *
 * @throws KwxError ACCEPT_OTHER_INPUTS (exit 1) naming the input whose hash differs
 * @throws KwxError DECISION_FILE_INVALID (exit 1) for a file that does not fit its contributed schema
 */
export async function readDecision(inputs: Inputs, contributions: Contributions, about: About): Promise<Decision> {
  const decision: Partial<Record<DecisionName, { artefact: Artefact; content: unknown }>> = {}
  for (const name of DECISION_NAMES) {
    const artefact = inputs[name]
    if (!artefact) continue
    const { file, schema } = DECISION[name]
    const content = await readJson<About>(join(artefact.folder, file))
    const problems = await validate(await contributions.load<object>('schemas', schema), structuredClone(content))
    if (problems.length > 0) {
      throw new KwxError(`${file} does not fit its schema: ${problems.map(({ message }) => message).join('; ')}.`, {
        code: 'DECISION_FILE_INVALID',
        exit: EXIT.error,
        hint: `Report it to the author of ${schema.split(':')[0]}, who writes it.`,
        details: { file, schema, problems },
      })
    }
    await assertSameInputs(name, artefact, inputs)
    const made = { pilot: inputs.pilot.hash, ...(inputs.blend ? { blend: inputs.blend.hash } : {}) }
    assertSameSubject(file, content, { ...about, ...made })
    decision[name] = { artefact, content }
  }
  return decision as Decision
}

/** What the step that made the artefact took in must be what this report takes in, by hash. */
async function assertSameInputs(name: DecisionName, artefact: Artefact, inputs: Inputs): Promise<void> {
  const { inputs: used } = await readJson<Provenance>(join(artefact.folder, 'provenance.json'))
  const own = inputs as Readonly<Record<string, Artefact>>
  const other = Object.keys(used).filter((input) => own[input] && own[input].hash !== used[input])
  if (other.length === 0) return
  throw otherInputs(
    `${DECISION[name].file} was made from another ${other.join(', ')} than this report judges.`,
    Object.fromEntries(other.map((input) => [input, { used: used[input], judged: own[input]!.hash }])),
  )
}

function assertSameSubject(file: string, content: About, expected: About): void {
  for (const [key, value] of Object.entries(expected)) {
    const found = content[key as keyof About]
    if (found === undefined || found === value) continue
    throw otherInputs(`${file} is of ${key} ${found ?? 'none'}, but this report judges ${value}.`, {
      [key]: { used: found, judged: value },
    })
  }
}

const otherInputs = (message: string, differing: Record<string, unknown>) =>
  new KwxError(message, {
    code: 'ACCEPT_OTHER_INPUTS',
    exit: EXIT.error,
    hint: 'Make all of them from one pilot with "kwx run decide --config FILE --force".',
    details: { differing },
  })
