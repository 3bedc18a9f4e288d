import { KwxCommand, pilotFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class Backtest extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Trade on paper over the test days of a pilot and say whether it would have paid.'
  static override description =
    'Runs the pipeline decide up to the backtest. Exit status 3: a gate failed; 4: too little was traded to say; 5: settlements are missing.'
  static override flags = pilotFlags
  static override examples = [
    '<%= config.bin %> backtest --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> backtest --config configs/elasticnet_mia_between.yaml --offline --json',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(Backtest)
    const { config, plan, force, offline, workers } = flags
    const result = await this.runOrPreview('decide', { config }, { to: 'backtest', plan, force, offline, workers })
    if (!Array.isArray(result)) {
      const { exitOfRun } = await import('../services/exit-of-run.ts')
      process.exitCode = await exitOfRun(result as RunResult)
    }
    return result
  }
}
