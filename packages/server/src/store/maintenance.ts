import type { FastifyBaseLogger } from 'fastify'
import type { Database } from './database.ts'
import { type Command, type Statement, ignoreRow, text } from './statement.ts'

export type Maintenance = { readonly close: () => void }

// Six times as often as PostgreSQL's own autovacuum looks: everybody waits for a vacuum here, and a small one is short.
const intervalMs = 10_000

/** Keeps the tables of the embedded engine small and its planner informed; PostgreSQL does this by itself. */
export function maintenance(database: Database, log: FastifyBaseLogger): Maintenance {
  if (database.engine !== 'embedded') return { close: () => undefined }

  const timer = setInterval(() => {
    maintain(database).catch((error: unknown) => log.warn({ err: error }, 'the tables could not be vacuumed'))
  }, intervalMs)
  timer.unref()
  return { close: () => clearInterval(timer) }
}

/**
 * Vacuums the tables that have changed enough, one at a time so that requests get between, and writes a checkpoint so
 * that a start after a crash is short.
 *
 * @returns the names of the tables
 */
export async function maintain(database: Database): Promise<readonly string[]> {
  const [tables] = await database.asOwner([tablesInNeed])
  for (const table of tables) await database.asOwner([command(`vacuum (analyze) ${table}`)])
  if (tables.length > 0) await database.asOwner([command('checkpoint')])
  return tables
}

// The thresholds of autovacuum_vacuum_threshold, _insert_threshold and their scale factors as PostgreSQL ships them.
const tablesInNeed: Statement<string> = {
  text: `select quote_ident(relname) from pg_stat_user_tables
    where n_dead_tup > 50 + 0.2 * n_live_tup or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup
    order by relname`,
  values: [],
  read: ([table]) => text(table),
}

const command = (sql: string): Command => ({ text: sql, values: [], read: ignoreRow })
