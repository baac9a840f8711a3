import type pg from 'pg'
import { Batch, isDatabaseError } from './batch.ts'
import type { Scope } from './scope.ts'
import { type Command, type Statement, ignoreRow } from './statement.ts'

/** The rows of each statement of a batch, in its order. */
type RowsOf<Statements extends readonly Statement<unknown>[]> = {
  -readonly [Index in keyof Statements]: Statements[Index] extends Statement<infer Row> ? Row[] : never
}

/** An open transaction of one organization. */
export type Transaction = {
  /** Sends everything queued and then this, in one round trip. */
  readonly run: <Row>(statement: Statement<Row>) => Promise<Row[]>
  /** Keeps a write for the next round trip, at the latest the commit's. */
  readonly queue: (command: Command) => void
}

/** The store's door: every way to a row of an organization goes through a scope. */
export type Database = {
  /** Statements of one organization in one round trip and one transaction: all of them or none. */
  readonly batch: <const Statements extends readonly Statement<unknown>[]>(
    scope: Scope,
    statements: Statements,
  ) => Promise<RowsOf<Statements>>
  /** Read, decide and write in one transaction. Runs again from the start after a serialization failure. */
  readonly transaction: <Result>(scope: Scope, work: (tx: Transaction) => Promise<Result>) => Promise<Result>
  /** Work outside of any organization, as the owner of the tables: keys and operators looked up, organizations made. */
  readonly asOwner: <const Statements extends readonly Statement<unknown>[]>(
    statements: Statements,
  ) => Promise<RowsOf<Statements>>
  /** The same for work that reads before it decides. */
  readonly asOwnerInTransaction: <Result>(work: (tx: Transaction) => Promise<Result>) => Promise<Result>
  readonly engine: 'embedded' | 'postgresql'
  readonly close: () => Promise<void>
}

export type Connections = {
  readonly engine: Database['engine']
  readonly pool: pg.Pool
  /** Ends what stands behind the pool, after it. */
  readonly closeEngine: () => Promise<void>
  /** False behind a pooler that does not keep prepared statements. */
  readonly prepared: boolean
}

/** The database could not be reached or gave no answer; the request may be tried again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

export function databaseOver(connections: Connections): Database {
  const { pool, prepared } = connections
  // A lent connection that breaks fails its query and also emits an error, which without a listener ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))

  return {
    engine: connections.engine,
    batch: (scope, statements) => onClient(pool, (client) => scoped(client, scope, statements, prepared)),
    transaction: (scope, work) => onClient(pool, (client) => transact(client, scope, work, prepared)),
    asOwner: (statements) =>
      onClient(pool, (client) => send(client, statements, prepared) as Promise<RowsOf<typeof statements>>),
    asOwnerInTransaction: (work) => onClient(pool, (client) => transact(client, owner, work, prepared)),
    close: async () => {
      await pool.end()
      await connections.closeEngine()
    },
  }
}

async function scoped<const Statements extends readonly Statement<unknown>[]>(
  client: pg.PoolClient,
  scope: Scope,
  statements: Statements,
  prepared: boolean,
): Promise<RowsOf<Statements>> {
  const [entered, ...rows] = await send(client, [scope.enter, ...statements], prepared).catch((error: unknown) =>
    meaningOf(client, scope, error, prepared),
  )
  scope.admit(entered ?? [])
  return rows as RowsOf<Statements> // one array for each statement, made by its own reader
}

// 42501: a policy. 23503: the organization was deleted after the scope had been admitted.
const refused = new Set(['42501', '23503'])

/** A write that was refused says why it was refused, not how. */
async function meaningOf(client: pg.PoolClient, scope: Entry, error: unknown, prepared: boolean): Promise<never> {
  throw isDatabaseError(error) && refused.has(error.code) ? await refusal(client, scope, prepared) : error
}

/** Asks once more, alone, why a scope was not admitted. */
async function refusal(client: pg.PoolClient, scope: Entry, prepared: boolean): Promise<Error> {
  const [entered] = await send(client, [scope.enter], prepared)
  try {
    scope.admit(entered ?? [])
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  return new Error('a statement named another organization than its scope')
}

/** What stands for a scope where there is none: nothing is entered, and nobody refused. */
type Entry = Pick<Scope, 'enter' | 'admit'>

const owner: Entry = {
  enter: { name: 'enter_owner', text: 'select', values: [], read: ignoreRow, reused: true },
  admit: () => undefined,
}

async function transact<Result>(
  client: pg.PoolClient,
  scope: Entry,
  work: (tx: Transaction) => Promise<Result>,
  prepared: boolean,
): Promise<Result> {
  let queued: Statement<unknown>[] = []
  let entered = false
  let failure: unknown

  const run = async <Row>(statement: Statement<Row>): Promise<Row[]> => {
    if (failure !== undefined) throw failure
    const opening = entered ? [] : [begin, scope.enter]
    const sent = [...opening, ...queued, statement]
    queued = []
    try {
      const rows = await send(client, sent, prepared)
      if (!entered) scope.admit(rows[1] ?? [])
      entered = true
      return rows[rows.length - 1] as Row[] // the reader of the last statement made them
    } catch (error) {
      failure = error
      throw error
    }
  }

  try {
    const result = await work({ run, queue: (command) => queued.push(command) })
    // The server answers the commit of a failed transaction with a rollback and no error.
    if (failure !== undefined) throw failure
    if (entered || queued.length > 0) await run(commit)
    return result
  } catch (error) {
    await send(client, [rollback], prepared)
    return await meaningOf(client, scope, error, prepared)
  }
}

const control = (name: string): Command => ({ name, text: name, values: [], read: ignoreRow, reused: true })
const begin = control('begin')
const commit = control('commit')
const rollback = control('rollback')

function send(
  client: pg.PoolClient,
  statements: readonly Statement<unknown>[],
  prepared: boolean,
): Promise<unknown[][]> {
  const batch = new Batch(prepared ? statements : statements.map(({ name: _, ...unnamed }) => unnamed))
  client.query(batch)
  return batch.done
}

// 40001 and 40P01: another transaction was in the way. 0A000: a migration changed a table under a kept plan.
const transient = new Set(['40001', '40P01', '0A000'])
const mostAttempts = 5

/**
 * Lends a connection to the work, again after an error that may not come twice. A connection that broke does not go
 * back into the pool.
 */
async function onClient<Result>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const client = await connected(pool)
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      const broken = isBroken(error)
      client.release(broken)
      if (broken) throw new DatabaseUnavailable('the connection to the database was lost', { cause: error })
      if (isTimeout(error)) throw new DatabaseUnavailable('the database took too long', { cause: error })
      if (tries === mostAttempts || !isDatabaseError(error) || !transient.has(error.code)) throw error
    }
  }
}

const connected = (pool: pg.Pool): Promise<pg.PoolClient> =>
  pool.connect().catch((cause: unknown) => {
    throw new DatabaseUnavailable(`the database cannot be reached: ${reasonOf(cause)}`, { cause })
  })

/** Several refused addresses of one host come as one error without a message. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}

// 08: connection; 57P: the server is going down or starting; 25006: a primary became read-only; 53: out of resources.
const unavailable = /^(08|57P|25006|53)/

function isBroken(error: unknown): boolean {
  if (isDatabaseError(error)) return unavailable.test(error.code)
  return error instanceof Error && ('errno' in error || /connection (error|terminated)/i.test(error.message))
}

// 57014: the statement was cancelled by its timeout. 55P03: a lock was not to be had.
const isTimeout = (error: unknown): boolean =>
  isDatabaseError(error) && (error.code === '57014' || error.code === '55P03')
