import { EXIT } from '../../../base/errors.ts'
import type { DatabaseStatus } from '../../../data/database/connection/database-status.ts'
import { KwxCommand } from '../../command.ts'

export default class DbStatus extends KwxCommand<DatabaseStatus> {
  static override summary = 'Show where the database is, its migrations and how many rows its tables hold.'
  static override description = 'Changes nothing. Exits 2 when migrations are pending.'
  static override examples = ['<%= config.bin %> db status', '<%= config.bin %> db status --json']

  async run() {
    await this.parse(DbStatus)
    const { databaseStatus } = await import('../../../data/database/connection/database-status.ts')
    return this.withDatabase(async (db, url) => {
      const status = await databaseStatus(db, url)
      this.log(`${status.url}  ${status.kind}  ${status.version}`)
      for (const { name, appliedAt } of status.migrations) this.log(`  ${name.padEnd(24)} ${appliedAt ?? 'pending'}`)
      for (const [table, rows] of Object.entries(status.rows)) this.log(`  ${table.padEnd(24)} ${rows} rows`)
      if (status.migrations.some(({ appliedAt }) => appliedAt === null)) {
        this.logToStderr('Migrations are pending: run "kwx db migrate".')
        process.exitCode = EXIT.usage
      }
      return status
    })
  }
}
