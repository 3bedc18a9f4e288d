import { Args, KwxCommand } from '../command.ts'
import { EXIT, KwxError } from '../errors.ts'

export default class Runs extends KwxCommand<unknown> {
  static override summary = 'List recorded runs, or show the steps of one.'
  static override args = { run: Args.string({ description: 'Run id; without it the last 20 runs are listed.' }) }
  static override examples = ['<%= config.bin %> runs', '<%= config.bin %> runs --json']

  async run() {
    const { args } = await this.parse(Runs)
    const { listRuns, readRun } = await import('../database/index.ts')
    return this.withEnvironment({ offline: true }, async (world) => {
      const db = await world.database()
      if (args.run === undefined) {
        const runs = await listRuns(db, { limit: 20 })
        for (const { run_id, pipeline, exit } of runs)
          this.log(`${run_id}  ${pipeline.padEnd(16)} exit ${exit ?? 'none: still running or killed'}`)
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
      const { run_id, pipeline, exit } = found.run
      this.log(`${run_id}  ${pipeline}  exit ${exit ?? 'none'}`)
      for (const { step, status, summary } of found.steps)
        this.log(`  ${step.padEnd(28)} ${status.padEnd(8)} ${summary ?? ''}`)
      return found
    })
  }
}
