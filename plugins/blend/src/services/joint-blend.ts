import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { publishFolder, sha256 } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'

import { gridFile } from './grid-file.ts'
import type { PilotRows } from './pilot-rows.ts'
import type { Blended } from './read-blended.ts'
import { walkWindows } from './walk-windows.ts'
import { writeBlend } from './write-blend.ts'

/**
 * One weight for several pilots: fitted over all their days, a date of all cities being one block.
 *
 * The order of the pilots does not matter: they are taken by city, bracket and name. The largest of their smallest
 * effects counts.
 *
 * @returns the file and the rows that it was made from
 * @throws KwxError BLEND_TWICE (exit 2), BLEND_MIXED_ORIGINS (exit 1)
 */
export function jointBlend(blended: readonly Omit<Blended, 'file' | 'folder'>[]) {
  const keyOf = ({ city, bracket, name, pilot }: PilotRows) => [city, bracket, name, pilot].join('\0')
  const sorted = blended.toSorted((a, b) => (keyOf(a.pilot) < keyOf(b.pilot) ? -1 : 1))
  const pilots = sorted.map(({ pilot }) => pilot)
  const twice = pilots.find((one, i) => pilots.findIndex(({ pilot }) => pilot === one.pilot) < i)
  if (twice) {
    throw new KwxError(`The pilot of ${twice.city} ${twice.bracket} (${twice.name}) is given twice.`, {
      code: 'BLEND_TWICE',
      exit: EXIT.usage,
      hint: 'Give each configuration once: its days would count twice.',
      details: { pilot: twice.pilot },
    })
  }
  const origins = [...new Set(pilots.map(({ origin }) => origin))]
  if (origins.length > 1) {
    throw new KwxError(`Rows of different origins cannot be pooled together: ${origins.join(', ')}.`, {
      code: 'BLEND_MIXED_ORIGINS',
      exit: EXIT.error,
      hint: 'Give configurations of cities with rows of one origin.',
      details: { pilots: pilots.map(({ name, origin }) => ({ name, origin })) },
    })
  }
  const { seed } = sorted[0]!
  const walk = walkWindows(pilots, seed)
  const rule = {
    benchmarks: [...new Set(sorted.map(({ benchmark }) => benchmark))].sort(),
    delta: Math.max(...sorted.map(({ delta }) => delta)),
  }
  return { file: gridFile(pilots, walk, seed, rule), pilots, walk }
}

/** Publishes a joint fit under `<reports>/joint_<hash of its pilots>/` and answers where. */
export async function publishJoint(
  { file, pilots, walk }: ReturnType<typeof jointBlend>,
  reports: string,
  contributions: Contributions,
): Promise<string> {
  const place = join(reports, jointName(file))
  const folder = await mkdtemp(join(tmpdir(), 'kwx-joint-'))
  try {
    await writeBlend(folder, file, pilots, walk, contributions)
    await publishFolder(folder, place)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return place
}

/** `joint_` and twelve digits that name the set of pilots. */
export const jointName = ({ pilots }: Pick<BlendGridFile, 'pilots'>): string =>
  `joint_${sha256(
    pilots
      .map(({ pilot }) => pilot)
      .sort()
      .join('\n'),
  ).slice(0, 12)}`
