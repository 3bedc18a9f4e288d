import type { MigrationStep } from '../../../data/database/connection/migrate.ts'
import { KwxCommand } from '../../command.ts'

export default class DbMigrate extends KwxCommand<{ applied: MigrationStep[] }> {
  static override summary = 'Bring the database to the schema of this kwx.'
  static override examples = [
    '<%= config.bin %> db migrate',
    'DATABASE_URL=postgres://... <%= config.bin %> db migrate',
  ]

  async run() {
    await this.parse(DbMigrate)
    const { migrate } = await import('../../../data/database/connection/migrate.ts')
    return this.withDatabase(async (db) => {
      const applied = await migrate(db, 'up')
      for (const { name } of applied) this.log(`up    ${name}`)
      if (applied.length === 0) this.log('Nothing to do: every migration is applied.')
      return { applied }
    })
  }
}
