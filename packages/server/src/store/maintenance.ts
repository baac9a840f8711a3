import type { FastifyBaseLogger } from 'fastify'
import type { Database } from './database.ts'
import { type Command, ignoreRow } from './statement.ts'

export type Maintenance = { readonly close: () => void }

// The embedded engine has no process that vacuums in the background; one table at a time, so that requests get between.
const intervalMs = 60 * 60 * 1000
const tables = ['users', 'user_values', 'user_counts', 'application_keys', 'audit_events']

/** Keeps the tables of the embedded engine small and its planner informed; PostgreSQL does this by itself. */
export function maintenance(database: Database, log: FastifyBaseLogger): Maintenance {
  if (database.engine !== 'embedded') return { close: () => undefined }

  const run = async () => {
    for (const table of tables) await database.asOwner([vacuum(table)])
  }
  const timer = setInterval(() => {
    run().catch((error: unknown) => log.warn({ err: error }, 'the tables could not be vacuumed'))
  }, intervalMs)
  timer.unref()
  return { close: () => clearInterval(timer) }
}

const vacuum = (table: string): Command => ({ text: `vacuum (analyze) ${table}`, values: [], read: ignoreRow })
