import { resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { type Connections, newConnections } from './connections.ts'
import { type EngineThread, startThread } from './engine-thread.ts'
import { makeDirectory } from './layout.ts'
import { acquireLock, type DirectoryLock } from './lock.ts'
import { EmbeddedDatabaseError } from './problem.ts'

/** A PostgreSQL inside of this process, with its data in a directory. */
export type EmbeddedDatabase = {
  /**
   * The socket of `new pg.Client({ stream })` and `new pg.Pool({ stream, max: 1 })`, which call it for each connection.
   * There is one connection at a time; a second one is refused with an error.
   */
  readonly stream: () => Duplex
  /** Writes a checkpoint, closes the database and gives the directory back. */
  close(): Promise<void>
}

export type EmbeddedOptions = {
  /**
   * Called once when the database has ended without being asked to: its disk failed, PostgreSQL panicked, the
   * directory was taken. Every request has failed by then. All that was acknowledged is on the disk; the process should
   * exit, and the next start recovers.
   */
  readonly onFatal?: (error: EmbeddedDatabaseError) => void
  /** Another program for the database's thread: tests start one that records or omits what reaches the disk. */
  readonly thread?: URL
}

/**
 * Opens the database in the directory; makes the directory and a new database when there is none.
 *
 * @throws EmbeddedDatabaseError inUse, notWritable, otherFormat or notDurable
 */
export async function openEmbedded(directory: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const path = resolve(directory)
  makeDirectory(path)

  const lock = await acquireLock(path)
  const connections = newConnections()
  const thread = await startThread(path, options.thread, {
    onAnswer: connections.answer,
    onEnded: (error) => {
      if (error === undefined) return
      connections.fail(error)
      options.onFatal?.(error)
    },
  }).catch(async (error: unknown) => {
    await lock.release()
    throw error
  })

  void lock.lost.then((error) => thread.kill(error))
  return { stream: () => connections.open(thread), close: closeOnce(thread, connections, lock) }
}

function closeOnce(thread: EngineThread, connections: Connections, lock: DirectoryLock): () => Promise<void> {
  const close = async () => {
    connections.fail(new EmbeddedDatabaseError('stopped', 'The embedded database is closed.'))
    try {
      await thread.close()
    } finally {
      await lock.release()
    }
  }
  let closing: Promise<void> | undefined
  return () => (closing ??= close())
}
