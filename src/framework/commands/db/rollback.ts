import type { MigrationStep } from '../../../data/database/connection/migrate.ts'
import { KwxCommand } from '../../command.ts'

export default class DbRollback extends KwxCommand<{ applied: MigrationStep[] }> {
  static override summary = 'Take the last migration back, with the tables and rows it made.'
  static override examples = ['<%= config.bin %> db rollback']

  async run() {
    await this.parse(DbRollback)
    const { migrate } = await import('../../../data/database/connection/migrate.ts')
    return this.withDatabase(async (db) => {
      const applied = await migrate(db, 'down')
      for (const { name } of applied) this.log(`down  ${name}`)
      if (applied.length === 0) this.log('Nothing to do: no migration is applied.')
      return { applied }
    })
  }
}
