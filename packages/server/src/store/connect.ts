import { availableParallelism } from 'node:os'
import pg from 'pg'
import { type Connections, type Database, databaseOver } from './database.ts'
import { openEmbedded } from './embedded/open.ts'

export type DatabaseOptions =
  | {
      readonly engine: 'embedded'
      /** Directory of the data; made when it is not there. */
      readonly directory: string
    }
  | {
      readonly engine: 'postgresql'
      readonly url: string
      /** False behind a pooler that does not keep prepared statements (PgBouncer before 1.21). */
      readonly prepared?: boolean
      readonly poolSize?: number
    }

// Okta closes the socket after 60 s; leave it time to read the reply.
const statementTimeoutMs = 20_000

// Never: the default of 10 s would close every connection of a quiet server, with all its prepared statements, and any
// other costs a timer for each request.
const idleTimeoutMs = 0

// More connections than this per core only queue inside of the database.
const connectionsPerCore = 8

const connectTimeoutMs = 5_000

/**
 * Opens the database; the tables come with `migrate`.
 *
 * @param onLost called when the embedded engine has died under the server, which then must stop
 */
export async function openDatabase(options: DatabaseOptions, onLost: (error: Error) => void): Promise<Database> {
  return databaseOver(options.engine === 'embedded' ? await embedded(options.directory, onLost) : overNetwork(options))
}

async function embedded(directory: string, onLost: (error: Error) => void): Promise<Connections> {
  const database = await openEmbedded(directory, { onFatal: onLost })
  const pool = new pg.Pool({
    stream: database.stream,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    max: 1,
    idleTimeoutMillis: 0,
  })
  pool.on('error', () => undefined) // the engine tells of its end through onFatal
  return { engine: 'embedded', pool, closeEngine: () => database.close(), prepared: true }
}

function overNetwork(options: Extract<DatabaseOptions, { engine: 'postgresql' }>): Connections {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? connectionsPerCore * availableParallelism(),
    idleTimeoutMillis: idleTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    application_name: 'rollcall',
  })
  pool.on('error', () => undefined) // an idle connection broke: the pool has dropped it, the next request opens another
  return { engine: 'postgresql', pool, closeEngine: async () => undefined, prepared: options.prepared ?? true }
}
