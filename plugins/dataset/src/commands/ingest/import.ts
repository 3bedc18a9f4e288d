import { EXIT, KwxError } from 'kwx'
import { loadCities, loadCity } from 'kwx/cities'
import { Args, Flags, interruptible, KwxCommand } from 'kwx/command'
import type { Environment } from 'kwx/pipeline'

import type { FileReport, Part } from '../../services/import/options.ts'
import { daySpan } from '../../services/ingest/command.ts'

const parts: Part[] = ['tape', 'quotes', 'observations', 'settlements']

export default class IngestImport extends KwxCommand<{ files: FileReport[] }> {
  static override summary = 'Load a folder of recorded gzip CSV files into the database.'
  static override description =
    'Each file is loaded whole or not at all; importing again completes what was interrupted and changes nothing else.'
  static override args = {
    folder: Args.string({ required: true, description: 'Folder with tape/, observations/, settlements/, quotes_*/.' }),
  }
  static override flags = {
    city: Flags.string({ env: 'KWX_CITY', helpValue: 'ID', description: 'Only this city, by id or alias.' }),
    from: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First event day.' }),
    to: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'Last event day, inclusive.' }),
    only: Flags.option({ options: parts, description: 'Only this part of the folder.' })(),
  }
  static override examples = [
    '<%= config.bin %> ingest import recorded',
    '<%= config.bin %> ingest import recorded --city miami --from 2024-11-20 --to 2025-02-25 --only tape',
  ]

  async run() {
    const { args, flags } = await this.parse(IngestImport)
    const contributions = await this.contributions()
    const cities = await loadCities(contributions)
    const span = {
      city: flags.city === undefined ? undefined : await loadCity(contributions, flags.city),
      ...daySpan(flags.from, flags.to),
      only: flags.only,
    }
    const { assertImportable, importFolder } = await import('../../services/import/import-folder.ts')
    assertImportable(args.folder, flags.only)
    const importInto = async (world: Environment) =>
      importFolder({
        ...span,
        db: await world.database(),
        cities,
        folder: args.folder,
        now: world.clock.now(),
        signal: world.signal,
        log: (line) => this.log(line),
        progress: this.progressLine(),
      })
    const open = (signal: AbortSignal) => this.withEnvironment({ signal, offline: true }, importInto)
    return { files: await interruptible(open, interrupted) }
  }

  /** One line every two seconds on stderr: how much of the file is read, and how long the rest takes at this pace. */
  private progressLine(): (done: number, total: number, file: string) => void {
    let [current, began, shown] = ['', 0, 0]
    return (done, total, file) => {
      const now = performance.now()
      if (file !== current) [current, began, shown] = [file, now, now]
      if (now - shown < 2000 || this.isQuiet || this.jsonEnabled()) return
      shown = now
      const elapsed = (now - began) / 1000
      const left = (elapsed / done) * (total - done)
      this.logToStderr(
        `  ${file}: ${Math.floor((100 * done) / total)} %, ${elapsed.toFixed(0)} s, about ${Math.max(1, left).toFixed(0)} s left`,
      )
    }
  }
}

const interrupted = () =>
  new KwxError('Stopped. Files that were complete are kept.', {
    code: 'IMPORT_INTERRUPTED',
    exit: EXIT.error,
    hint: 'Run the same command again: it ends with the same rows.',
  })
