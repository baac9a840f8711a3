import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseError } from './batch.ts'
import type { Database } from './database.ts'
import { type Migration, migrations } from './migrations/index.ts'
import { isolationRole } from './scope.ts'
import { type Command, type Statement, ignoreRow, integer, text } from './statement.ts'

// A migrating process that died holds the lock no longer than this.
const lockLeaseSeconds = 60
const lockPollMs = 200

/**
 * Brings the schema to this version, one migration at a time, under a lock that is a row taken by compare-and-set
 * (advisory locks do nothing on some engines). Safe when several processes start at once.
 *
 * @returns the versions that this call applied
 * @throws when the database is newer than this server, or the isolation role can neither be made nor taken
 */
export async function migrate(database: Database): Promise<readonly number[]> {
  for (const statement of bookkeeping) await tolerant(database, statement)

  await ensureIsolationRole(database)
  if ((await pending(database)).length === 0) return []

  const applied: number[] = []
  const holder = randomUUID()
  await lock(database, holder)
  try {
    for (const migration of await pending(database)) {
      for (const step of migration.steps) {
        await renew(database, holder)
        await database.asOwner([command(step)])
      }
      await database.asOwner([recorded(migration)])
      applied.push(migration.version)
    }
  } finally {
    await database.asOwner([command('delete from schema_lock where holder = $1', [holder])])
  }
  return applied
}

const bookkeeping = [
  `create table if not exists schema_versions (version integer primary key, name text not null, applied_at timestamptz not null)`,
  `create table if not exists schema_lock (id integer primary key, holder text not null, expires_at timestamptz not null)`,
]

// 42P07, 23505: two processes made the table at the same time; `if not exists` looks before it locks.
async function tolerant(database: Database, statement: string): Promise<void> {
  await database.asOwner([command(statement)]).catch((error: unknown) => {
    if (!isDatabaseError(error) || !['42P07', '23505', '42710'].includes(error.code)) throw error
  })
}

async function pending(database: Database): Promise<readonly Migration[]> {
  const applied: Statement<number> = {
    text: 'select version from schema_versions',
    values: [],
    read: ([version]) => integer(version),
  }
  const [versions] = await database.asOwner([applied])
  const newest = migrations.at(-1)?.version ?? 0
  const ahead = versions.find((version) => version > newest)
  if (ahead !== undefined) {
    throw new Error(
      `the database has schema version ${ahead}, this server knows up to ${newest}: start a newer Rollcall`,
    )
  }
  return migrations.filter(({ version }) => !versions.includes(version))
}

async function lock(database: Database, holder: string): Promise<void> {
  const take: Statement<string> = {
    text: `insert into schema_lock (id, holder, expires_at) values (1, $1, now() + make_interval(secs => ${lockLeaseSeconds}))
      on conflict (id) do update set holder = excluded.holder, expires_at = excluded.expires_at
      where schema_lock.expires_at < now()
      returning holder`,
    values: [holder],
    read: ([taken]) => text(taken),
  }
  for (;;) {
    const [taken] = await database.asOwner([take])
    if (taken.length > 0) return
    await delay(lockPollMs)
  }
}

async function renew(database: Database, holder: string): Promise<void> {
  const hold: Statement<string> = {
    text: `update schema_lock set expires_at = now() + make_interval(secs => ${lockLeaseSeconds}) where holder = $1 returning holder`,
    values: [holder],
    read: ([held]) => text(held),
  }
  const [held] = await database.asOwner([hold])
  if (held.length === 0) throw new Error('another process took the migration lock; start again')
}

/** Roles belong to the whole database server, so another database of it may have made this one. */
async function ensureIsolationRole(database: Database): Promise<void> {
  const exists: Statement<boolean> = {
    text: `select true from pg_roles where rolname = $1`,
    values: [isolationRole],
    read: () => true,
  }
  try {
    const [found] = await database.asOwner([exists])
    if (found.length === 0) await tolerant(database, `create role ${isolationRole} nologin nobypassrls`)
    await database
      .asOwner([command(`select set_config('role', '${isolationRole}', true)`)])
      .catch(() => database.asOwner([command(`grant ${isolationRole} to current_user`)]))
  } catch (cause) {
    throw new Error(
      `this database user cannot make or take the role ${isolationRole}, which keeps organizations apart; ` +
        `as a superuser run: create role ${isolationRole} nologin nobypassrls; grant ${isolationRole} to <this user>;`,
      { cause },
    )
  }
}

const recorded = (migration: Migration): Command =>
  command('insert into schema_versions (version, name, applied_at) values ($1, $2, now())', [
    migration.version,
    migration.name,
  ])

const command = (sql: string, values: Command['values'] = []): Command => ({ text: sql, values, read: ignoreRow })
