import { KwxCommand } from '../command.ts'
import type { Step } from '../step.ts'

interface StepRow {
  id: string
  plugin: string
  title: string
  consumes: Readonly<Record<string, string>>
  produces: Readonly<Record<string, string>>
}

export default class Steps extends KwxCommand<StepRow[]> {
  static override summary = 'List the steps that pipelines can use.'
  static override description = 'Below each step: the artefacts that it consumes -> those that it produces.'
  static override examples = ['<%= config.bin %> steps', '<%= config.bin %> steps --json']

  async run(): Promise<StepRow[]> {
    await this.parse(Steps)
    const contributions = await this.contributions()
    const rows: StepRow[] = []
    for (const { id, plugin } of contributions.list('steps')) {
      const { title, consumes, produces } = await contributions.load<Step>('steps', id)
      rows.push({ id, plugin, title, consumes, produces })
    }
    for (const { id, title, consumes, produces } of rows) {
      const names = (map: object) => Object.keys(map).join(', ') || 'nothing'
      this.log(`${id.padEnd(22)} ${title}`)
      this.log(`  ${names(consumes)} -> ${names(produces)}`)
    }
    return rows
  }
}
