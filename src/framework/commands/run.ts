import { EXIT, KwxError } from '../../base/errors.ts'
import { Args, Flags, KwxCommand, runFlags } from '../command.ts'
import type { PreviewLine, RunResult } from '../pipeline/index.ts'

export default class Run extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Run a pipeline: a contributed one, one of configs/pipelines, or a YAML file.'
  static override description =
    'Exit status: 0 passed, 1 error, 2 bad usage or configuration, 3 a gate failed, 4 not enough evidence, 5 stale or missing data.'
  static override args = {
    pipeline: Args.string({ description: 'Pipeline id or YAML file; without it the setting defaultPipeline.' }),
  }
  static override flags = {
    config: Flags.string({
      helpValue: 'FILE',
      description: 'Production configuration; short for --param config=FILE.',
    }),
    param: Flags.string({
      multiple: true,
      helpValue: 'k=v',
      description: 'A parameter of the pipeline; may be repeated.',
    }),
    from: Flags.string({
      helpValue: 'STEP',
      description: 'First step to run; those before it must have stored results.',
    }),
    to: Flags.string({ helpValue: 'STEP', description: 'Last step to run.' }),
    ...runFlags,
  }
  static override examples = [
    '<%= config.bin %> run quickstart',
    '<%= config.bin %> run quickstart --param edge=0',
    '<%= config.bin %> run pilot --config configs/elasticnet_mia_between.yaml --offline',
    '<%= config.bin %> run pilot --config configs/elasticnet_mia_between.yaml --plan',
  ]

  async run() {
    const { args, flags } = await this.parse(Run)
    const config = flags.config === undefined ? [] : [`config=${flags.config}`]
    const params = parseParams([...config, ...(flags.param ?? [])])
    const { plan, force, from, to, offline, workers } = flags
    const pipeline = args.pipeline ?? (await this.settings()).defaultPipeline
    return this.runOrPreview(pipeline, params, { plan, force, from, to, offline, workers })
  }
}

function parseParams(pairs: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {}
  for (const pair of pairs) {
    const cut = pair.indexOf('=')
    const key = pair.slice(0, cut)
    if (cut < 1 || Object.hasOwn(params, key)) {
      throw new KwxError(cut < 1 ? `--param "${pair}" has no "=".` : `The parameter "${key}" is given twice.`, {
        code: 'PARAM_INVALID',
        exit: EXIT.usage,
        hint: 'Write --param name=value, once for each name; --config FILE is --param config=FILE.',
      })
    }
    params[key] = pair.slice(cut + 1)
  }
  return params
}
