import pg from 'pg'
import type { Session } from './session.ts'

const description = `
  select string_agg(line, E'\\n' order by line) as text from (
    select format('%s %s', attname, format_type(atttypid, atttypmod)) as line
    from pg_attribute where attrelid = 'users'::regclass and attnum > 0 and not attisdropped
    union all select indexdef from pg_indexes where tablename = 'users' and schemaname = current_schema
    union all select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'users'::regclass
  ) as lines`

/**
 * Makes sure that the floor's table of people is Rollcall's, column for column and index for index: the ratio to the
 * floor would otherwise compare two different things.
 *
 * @throws Error with both descriptions when they differ
 */
export async function requireSameTable(sessions: readonly Session[]): Promise<void> {
  const floor = sessions.find(({ contestant }) => contestant.role === 'floor')
  const rollcall = sessions.find(({ contestant, databaseUrl }) => contestant.role === 'rollcall' && databaseUrl)
  if (floor?.databaseUrl === undefined || rollcall?.databaseUrl === undefined) return
  const [floorTable, rollcallTable] = [
    await describeUsers(floor.databaseUrl),
    await describeUsers(rollcall.databaseUrl),
  ]
  if (floorTable !== rollcallTable) {
    throw new Error(`the floor's table is not Rollcall's.\n\nFloor:\n${floorTable}\n\nRollcall:\n${rollcallTable}`)
  }
}

async function describeUsers(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ text: string }>(description)
    return rows[0]?.text ?? ''
  } finally {
    await client.end()
  }
}
