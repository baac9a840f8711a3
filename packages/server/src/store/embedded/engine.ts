import { PGlite } from '@electric-sql/pglite'
import { endOnBreakdown, type LastWords, newLastWords } from './breakdown.ts'
import type { Disk } from './disk.ts'
import { DurableFiles } from './durable-files.ts'
import { EmbeddedDatabaseError, reasonOf } from './problem.ts'
import { copyFail, query, startup, sync } from './wire.ts'

/** PostgreSQL in this thread, spoken to in its own wire protocol. It has one session. */
export type Engine = {
  /** Executes whole messages of the wire protocol; `answer` has had all of the reply when this settles. */
  execute(messages: Uint8Array, answer: (bytes: Uint8Array) => void): Promise<void>
  /** Rolls back what is open and forgets statements, settings and locks: the next client finds a fresh session. */
  resetSession(): Promise<void>
  /** Writes a checkpoint and closes the files. */
  close(): Promise<void>
}

export type EngineOptions = {
  readonly disk: Disk
  /** The parameters of PostgreSQL's single-user mode; absent, the durable ones. A test gives PGlite's own. */
  readonly startParams?: readonly string[]
  /** Called when the engine is broken and must not be used again: it ends the thread. */
  readonly onBroken: (reason: string) => never
}

export const durableStartParams: readonly string[] = [
  // -F turns fsync off.
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...setting('fsync', 'on'),
  // The default, fdatasync, does nothing in WebAssembly.
  ...setting('wal_sync_method', 'fsync'),
  // Bounds the time that recovery takes after a crash (about 14 s for the default 1 GB) and the disk that logs take.
  ...setting('max_wal_size', '256MB'),
]

function setting(name: string, value: string): readonly [string, string] {
  return ['-c', `${name}=${value}`]
}

/**
 * Opens the database in the folder, or makes one when the folder is empty.
 *
 * @throws EmbeddedDatabaseError notDurable when a commit does not reach the disk
 */
export async function startEngine(folder: string, options: EngineOptions): Promise<Engine> {
  const { onBroken } = options
  const files = new DurableFiles(folder, options.disk, (error) => onBroken(`cannot write to disk: ${reasonOf(error)}`))
  const lastWords = newLastWords()
  const db = await startPGlite(files, options.startParams ?? durableStartParams, lastWords)

  endOnBreakdown(db, (thrown) => onBroken(`${reasonOf(thrown)}. ${lastWords.text()}`))
  await refuseToForget(db, files)

  return {
    execute: (messages, answer) => execute(db, messages, answer),
    resetSession: async () => {
      for (const message of [sync(), query('rollback'), query('discard all')]) await execute(db, message, discard)
    },
    close: () => db.close(),
  }
}

const discard = () => {}

async function startPGlite(files: DurableFiles, startParams: readonly string[], lastWords: LastWords): Promise<PGlite> {
  try {
    return await PGlite.create({ fs: files, startParams: [...startParams], onStderr: lastWords.note })
  } catch (cause) {
    throw new Error(`The embedded PostgreSQL did not start: ${reasonOf(cause)}. ${lastWords.text()}`, { cause })
  }
}

// PostgreSQL in single-user mode cannot wait for the data of a COPY FROM STDIN: it would spin for ever. A CopyFail
// behind each request ends such a COPY with an error; outside of a COPY the protocol has it ignored.
const noCopyData = copyFail('the embedded database takes no data over COPY FROM STDIN')

async function execute(db: PGlite, messages: Uint8Array, answer: (bytes: Uint8Array) => void): Promise<void> {
  const request = isStartup(messages) ? ownStartup : Buffer.concat([messages, noCopyData])
  await db.execProtocolRawStream(request, { syncToFs: false, onRawData: answer })
}

// A start-up packet is the one message that begins with its length and not with the letter of its type.
const isStartup = (messages: Uint8Array) => messages[0] === 0

// PGlite has one user and one database. What a client asks for is not looked at, for PostgreSQL ends itself over a
// packet without a user.
const ownStartup = startup({ user: 'postgres', database: 'postgres' })

/** Commits something and looks whether it was forced to the disk: an engine that forgets is worse than none. */
async function refuseToForget(db: PGlite, files: DurableFiles): Promise<void> {
  const off = await db.query<{ name: string }>(
    `select name from pg_settings
     where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting <> 'on'`,
  )
  const before = files.flushes
  await db.query(`select pg_logical_emit_message(true, 'rollcall', 'does a commit reach the disk?')`)

  if (off.rows.length === 0 && files.flushes > before) return

  const why = off.rows.length > 0 ? `${off.rows.map((row) => row.name).join(', ')} is off` : 'no fsync followed it'
  await db.close()
  throw new EmbeddedDatabaseError('notDurable', `The embedded database would not keep a commit: ${why}. It is closed.`)
}
