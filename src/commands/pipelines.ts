import { KwxCommand } from '../command.ts'

interface PipelineRow {
  id: string
  from: string
  title: string
}

export default class Pipelines extends KwxCommand<PipelineRow[]> {
  static override summary = 'List the pipelines that "kwx run" knows.'

  async run(): Promise<PipelineRow[]> {
    await this.parse(Pipelines)
    const [{ listPipelines }, { readYaml }] = await Promise.all([
      import('../pipeline/find-pipeline.ts'),
      import('../schema/index.ts'),
    ])
    const settings = await this.settings()
    const rows: PipelineRow[] = []
    for (const { id, file, from } of await listPipelines(await this.contributions(), settings.directories.pipelines)) {
      const { value } = await readYaml(file)
      const title = (value as { title?: unknown } | null)?.title
      rows.push({ id, from, title: typeof title === 'string' ? title : '(cannot be read)' })
    }
    for (const { id, from, title } of rows) this.log(`${id.padEnd(24)} ${title}  (${from})`)
    return rows
  }
}
