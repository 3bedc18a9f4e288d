import { EXIT, KwxError } from '../../base/errors.ts'
import { Args, KwxCommand } from '../command.ts'

export default class Runs extends KwxCommand<unknown> {
  static override summary = 'List recorded runs, or show the steps of one.'
  static override args = { run: Args.string({ description: 'Run id; without it the last 20 runs are listed.' }) }
  static override examples = [
    '<%= config.bin %> runs',
    '<%= config.bin %> runs run_20250301T093000000Z_4711',
    '<%= config.bin %> runs --json',
  ]

  async run() {
    const { args } = await this.parse(Runs)
    const { listRuns, readRun } = await import('../../data/database/runs/runs.ts')
    return this.withEnvironment({ offline: true }, async (world) => {
      const db = await world.database()
      if (args.run === undefined) {
        const runs = await listRuns(db, { limit: 20 })
        for (const { run_id, pipeline, params, exit } of runs)
          this.log(
            `${run_id.padEnd(32)} ${pipeline.padEnd(16)} ${ending(exit).padEnd(9)}  ${paramsOf(params)}`.trimEnd(),
          )
        if (runs.length === 0) this.log('No run is recorded. Try "kwx run quickstart".')
        return runs
      }
      const found = await readRun(db, args.run)
      if (!found) {
        throw new KwxError(`There is no run ${args.run}.`, {
          code: 'RUN_UNKNOWN',
          exit: EXIT.usage,
          hint: 'List them with "kwx runs".',
        })
      }
      const { run_id, pipeline, params, exit } = found.run
      this.log(`${run_id}  ${pipeline}  ${ending(exit)}  ${paramsOf(params)}`.trimEnd())
      for (const { step, status, summary } of found.steps)
        this.log(`  ${step.padEnd(28)} ${status.padEnd(8)} ${summary ?? ''}`)
      return found
    })
  }
}

const ending = (exit: number | null): string => (exit === null ? 'not ended' : `exit ${exit}`)

/** Like it was typed: `config=a.yaml edge=0`. */
const paramsOf = (params: unknown): string =>
  Object.entries(params as Record<string, unknown>)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
