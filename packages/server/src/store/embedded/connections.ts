import { EmbeddedConnection, type Session } from './connection.ts'
import type { EngineThread } from './engine-thread.ts'
import { EmbeddedDatabaseError } from './problem.ts'

/** The connections to the engine: it has one session, which they have one after the other. */
export type Connections = {
  readonly open: (thread: EngineThread) => EmbeddedConnection
  /** Gives a reply to the connection that it belongs to; one that has gone away gets none. */
  readonly answer: (session: number, bytes: Uint8Array<ArrayBuffer>) => void
  /** Fails the open connection, and every later one, with this error. */
  readonly fail: (error: EmbeddedDatabaseError) => void
}

export function newConnections(): Connections {
  let failure: EmbeddedDatabaseError | undefined
  let current: EmbeddedConnection | undefined
  let session = 0

  const sessionFor = (thread: EngineThread, connection: () => EmbeddedConnection): Session => ({
    begin: () => {
      const refusal = failure ?? (current && alreadyConnected())
      if (refusal !== undefined) return refusal
      current = connection()
      session += 1
      return undefined
    },
    send: (messages) => thread.execute(session, messages),
    end: () => {
      current = undefined
      if (failure === undefined) thread.resetSession()
    },
    ref: () => thread.ref(),
    unref: () => thread.unref(),
  })

  return {
    open: (thread) => {
      const connection: EmbeddedConnection = new EmbeddedConnection(sessionFor(thread, () => connection))
      return connection
    },
    answer: (to, bytes) => {
      if (to === session) current?.receive(bytes)
    },
    fail: (error) => {
      failure ??= error
      current?.destroy(failure)
    },
  }
}

function alreadyConnected(): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError(
    'inUse',
    'The embedded database takes one connection at a time: use a pool with max 1.',
  )
}
