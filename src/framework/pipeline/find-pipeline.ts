import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, parse, resolve } from 'node:path'
import { EXIT, KwxError } from '../../base/errors.ts'
import { nearest } from '../../base/schema/index.ts'
import type { Contributions } from '../contributions/contributions.ts'

/** Where a pipeline lies and who brings it. */
interface PipelinePlace {
  readonly id: string
  readonly file: string
  /** `project` for a file of `directories.pipelines`, else the plugin's name. */
  readonly from: string
}

const YAML = /\.ya?ml$/

/** Every pipeline by id: the project's own folder first, then the plugins'. */
export async function listPipelines(contributions: Contributions, folder: string): Promise<PipelinePlace[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => YAML.test(name))
  const own = files.map((name) => ({ id: parse(name).name, file: join(folder, name), from: 'project' }))
  const contributed = contributions.list('pipelines').map(({ id, file, plugin }) => ({ id, file, from: plugin }))
  const ids = new Set(own.map(({ id }) => id))
  return [...own, ...contributed.filter(({ id }) => !ids.has(id))].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/**
 * The pipeline of that id, or the file of that path.
 *
 * @throws KwxError PIPELINE_UNKNOWN (exit 2) with the nearest id
 */
export async function findPipeline(
  idOrFile: string,
  contributions: Contributions,
  folder: string,
): Promise<PipelinePlace> {
  if (YAML.test(idOrFile) && existsSync(idOrFile))
    return { id: parse(idOrFile).name, file: resolve(idOrFile), from: 'project' }
  const places = await listPipelines(contributions, folder)
  const found = places.find(({ id }) => id === idOrFile)
  if (found) return found
  const ids = places.map(({ id }) => id)
  const guess = nearest(idOrFile, ids)
  throw new KwxError(`There is no pipeline "${idOrFile}"${guess ? `; the nearest is "${guess}"` : ''}.`, {
    code: 'PIPELINE_UNKNOWN',
    exit: EXIT.usage,
    hint: guess ? `Try "kwx run ${guess}", or list all with "kwx pipelines".` : 'List all with "kwx pipelines".',
    details: { nearest: guess ?? null, known: ids },
  })
}
