import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Migrator } from 'kysely/migration'
import { EXIT, isKwxError, KwxError, messageOf } from '../../../base/errors.ts'
import { asStorageError } from '../../../base/files/storage-error.ts'
import { packageRoot, runsFromSources } from '../../../base/package-root.ts'
import type { Database } from '../database.ts'
import { isEmbeddedUrl } from './open-database.ts'

export interface MigrationStep {
  name: string
  direction: 'up' | 'down'
}

export interface MigrationState {
  name: string
  /** ISO instant, or null while it is pending. */
  appliedAt: string | null
}

/**
 * Brings the schema to the newest migration, or takes the last one back.
 *
 * Each call runs in one transaction: either all its steps are applied or none. Any number of processes may migrate a
 * server at once; one does the work and the others find nothing to do.
 *
 * @returns the steps that were applied, in order; empty when there was nothing to do
 * @throws KwxError MIGRATION_FAILED (exit 1) with the failing migration's name, STORAGE_FULL (exit 1)
 */
export async function migrate(db: Database, direction: 'up' | 'down' = 'up'): Promise<MigrationStep[]> {
  const migrator = await migratorOf(db)
  const { error, results = [] } = direction === 'up' ? await migrator.migrateToLatest() : await migrator.migrateDown()
  if (error) {
    const reason = asStorageError(error)
    if (isKwxError(reason)) throw reason
    const failed = results.find(({ status }) => status === 'Error')?.migrationName
    throw new KwxError(`${failed ? `Migration ${failed}` : 'The migration'} failed: ${messageOf(error)}`, {
      code: 'MIGRATION_FAILED',
      exit: EXIT.error,
      hint: 'Nothing was changed; run "kwx db status" to see what is applied.',
      cause: error,
    })
  }
  return results.map(({ migrationName, direction }) => ({
    name: migrationName,
    direction: direction === 'Up' ? 'up' : 'down',
  }))
}

/** Every migration that this kwx knows, oldest first. Changes nothing. */
export async function migrationStates(db: Database): Promise<MigrationState[]> {
  const migrations = await (await migratorOf(db)).getMigrations()
  return migrations.map(({ name, executedAt }) => ({ name, appliedAt: executedAt?.toISOString() ?? null }))
}

/**
 * Makes sure that the schema is the one this kwx works with.
 *
 * An embedded or a completely empty database is migrated at once. A server's schema belongs to everybody who uses it,
 * so there a pending migration is for a person to start.
 *
 * @throws KwxError MIGRATION_PENDING (exit 2) when a server's schema is older than this kwx
 */
export async function ensureMigrated(db: Database, url: string): Promise<void> {
  const states = await migrationStates(db)
  const pending = states.filter(({ appliedAt }) => appliedAt === null)
  if (pending.length === 0) return
  if (!isEmbeddedUrl(url) && !(await isEmpty(db))) {
    throw new KwxError(
      `The database lacks ${pending.length} of ${states.length} migrations, from ${pending[0]!.name} on.`,
      {
        code: 'MIGRATION_PENDING',
        exit: EXIT.usage,
        hint: 'Run "kwx db migrate".',
        details: { pending: pending.map(({ name }) => name) },
      },
    )
  }
  await migrate(db)
}

const isEmpty = async (db: Database): Promise<boolean> => (await db.introspection.getTables()).length === 0

async function migratorOf(db: Database): Promise<Migrator> {
  const { FileMigrationProvider, Migrator } = await import('kysely/migration')
  return new Migrator({
    db,
    provider: new FileMigrationProvider({
      fs,
      path,
      migrationFolder: path.join(packageRoot, runsFromSources ? 'migrations' : 'dist/migrations'),
      import: (file) => import(pathToFileURL(file).href),
    }),
  })
}
