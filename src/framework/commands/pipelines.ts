import { KwxCommand } from '../command.ts'

interface PipelineRow {
  id: string
  from: string
  title: string
  /** What `--param` takes, as the pipeline's JSON Schema says it. */
  params: Readonly<Record<string, ParamSchema>>
}

interface ParamSchema {
  readonly default?: unknown
  readonly description?: string
}

export default class Pipelines extends KwxCommand<PipelineRow[]> {
  static override summary = 'List the pipelines that "kwx run" knows, and the parameters of each.'
  static override examples = ['<%= config.bin %> pipelines', '<%= config.bin %> pipelines --json']

  async run(): Promise<PipelineRow[]> {
    await this.parse(Pipelines)
    const [{ listPipelines }, { readYaml }] = await Promise.all([
      import('../pipeline/find-pipeline.ts'),
      import('../../base/schema/index.ts'),
    ])
    const settings = await this.settings()
    const rows: PipelineRow[] = []
    for (const { id, file, from } of await listPipelines(await this.contributions(), settings.directories.pipelines)) {
      const { value } = await readYaml(file)
      const { title, params } = (value ?? {}) as { title?: unknown; params?: { properties?: PipelineRow['params'] } }
      const known = typeof title === 'string' ? title : '(cannot be read)'
      rows.push({ id, from, title: known, params: params?.properties ?? {} })
    }
    for (const { id, from, title, params } of rows) {
      this.log(`${id.padEnd(24)} ${title}  (${from})`)
      for (const [name, schema] of Object.entries(params)) {
        const { default: value = '...', description = '' } = schema
        const text = typeof value === 'string' ? value : JSON.stringify(value)
        this.log(`  --param ${`${name}=${text}`.padEnd(24)} ${description}`.trimEnd())
      }
    }
    return rows
  }
}
