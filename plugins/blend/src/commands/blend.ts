import { Flags, KwxCommand, runFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

import type { BlendAnswer } from '../services/blend-answer.ts'

export default class Blend extends KwxCommand<BlendAnswer | PreviewLine[][]> {
  static override summary = 'Pool one or more pilots with their market and say whether that beats the market.'
  static override description =
    'Runs what is missing of the pipeline decide first. Several configurations share one weight, fitted over all their days. Exit status: 0 better than the market, 3 not shown or harm done, 4 not enough evidence.'
  static override flags = {
    config: Flags.string({
      required: true,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description: 'Production configuration; may be given several times.',
    }),
    ...runFlags,
  }
  static override examples = [
    '<%= config.bin %> blend --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> blend --config configs/elasticnet_mia_between.yaml --config configs/elasticnet_chi_between.yaml',
  ]

  async run(): Promise<BlendAnswer | PreviewLine[][]> {
    const { flags } = await this.parse(Blend)
    const { config: configs, plan, force, offline, workers } = flags
    const request = { to: 'blend', force, offline, workers }
    if (plan) {
      const lines: PreviewLine[][] = []
      for (const config of configs) lines.push(await this.previewPipeline('decide', { config }, request))
      return lines
    }
    const { reports } = (await this.settings()).directories
    const { assertWritable } = await import('kwx/artefacts')
    if (configs.length > 1) await assertWritable(reports) // before the work, not after
    const runs: RunResult[] = []
    for (const config of configs) runs.push(await this.runPipeline('decide', { config }, request))
    const { blendAnswer } = await import('../services/blend-answer.ts')
    const { describeBlend } = await import('../services/describe-blend.ts')
    const { answer, file } = await blendAnswer(runs, reports, await this.contributions())
    for (const line of describeBlend(file, answer.folder)) this.log(line)
    process.exitCode = answer.exit
    return answer
  }
}
