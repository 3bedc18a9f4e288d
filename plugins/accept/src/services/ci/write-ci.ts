import { appendFile, mkdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'

import { EXIT, isKwxError, KwxError, messageOf } from 'kwx'
import { assertWritable, writeFileAtomically } from 'kwx/artefacts'

import type { CiReport } from './ci-report.ts'
import { junitXml } from './junit.ts'
import { summaryMarkdown } from './summary-markdown.ts'

/** Where a report goes for CI; null where it was not asked for. */
interface CiTargets {
  readonly junit: string | null
  readonly summary: string | null
  /** True for a page that other steps of the job write to as well. */
  readonly append: boolean
}

interface Asked {
  readonly ci: boolean
  readonly config: string
  readonly junit?: string | undefined
  readonly summary?: string | undefined
}

/**
 * Where to write. `--ci` alone writes `<configuration>.junit.xml` beside the reports, and the page of the job.
 *
 * @param reports  setting `directories.reports`
 * @param jobPage  GITHUB_STEP_SUMMARY
 */
export function ciTargets({ ci, config, junit, summary }: Asked, reports: string, jobPage?: string): CiTargets {
  const beside = join(reports, `${basename(config, extname(config))}.junit.xml`)
  const page = summary ?? (ci ? jobPage : undefined)
  return {
    junit: junit ?? (ci ? beside : null),
    summary: page || null,
    append: page !== undefined && page === jobPage,
  }
}

/** @throws KwxError CI_FILE_UNWRITABLE (exit 1), before any work */
export async function assertTargetsWritable({ junit, summary }: CiTargets): Promise<void> {
  for (const file of [junit, summary]) {
    if (!file) continue
    await named(file, async () => {
      if ((await stat(file).catch(() => null))?.isDirectory()) throw new Error('it is a folder')
      await assertWritable(dirname(resolve(file)))
    })
  }
}

/** @throws KwxError CI_FILE_UNWRITABLE or STORAGE_FULL (exit 1) */
export async function writeCi(report: CiReport, { junit, summary, append }: CiTargets): Promise<void> {
  if (junit) await named(junit, () => write(junit, junitXml(report)))
  const page = summaryMarkdown(report)
  if (summary) await named(summary, () => (append ? appendFile(summary, page) : write(summary, page)))
}

async function write(file: string, text: string): Promise<void> {
  const place = resolve(file)
  await mkdir(dirname(place), { recursive: true })
  await writeFileAtomically(place, text)
}

async function named(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    if (isKwxError(cause) && cause.code === 'STORAGE_FULL') throw cause
    throw new KwxError(`The CI report cannot be written to ${file}: ${messageOf(cause)}`, {
      code: 'CI_FILE_UNWRITABLE',
      exit: EXIT.error,
      hint: 'Make the folder writable, or choose another file with --junit or --summary.',
      details: { file },
      cause,
    })
  }
}
