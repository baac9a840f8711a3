import type { Database } from '../../src/store/database.ts'
import { type Statement, text } from '../../src/store/statement.ts'

/** Every row of every table as text, by the table's name: what somebody finds who steals the database. */
export async function allRows(store: Database): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables: Statement<string> = {
    text: `select table_name from information_schema.tables where table_schema = 'public' order by table_name`,
    values: [],
    read: ([name]) => text(name),
  }
  const [names] = await store.asOwner([tables])
  const rows = await store.asOwner(names.map((name) => textOf(name)))
  return new Map(names.map((name, index) => [name, rows[index] ?? []]))
}

const textOf = (table: string): Statement<string> => ({
  text: `select t::text from ${table} t`,
  values: [],
  read: ([row]) => text(row),
})

/** Runs one statement of a test's own, as the owner of the tables. */
export async function execute(store: Database, sql: string, values: Statement<void>['values'] = []): Promise<void> {
  await store.asOwner([{ text: sql, values, read: () => undefined }])
}
