import type { Worker } from 'node:worker_threads'
import { EmbeddedDatabaseError, reasonOf } from './problem.ts'
import { spawnThread } from './spawn.ts'
import type { Reply, Request } from './thread.ts'

/** The thread of an open database, as the server's thread sees it. */
export type EngineThread = {
  execute(session: number, messages: Uint8Array<ArrayBuffer>): void
  resetSession(): void
  /** Closes the database; nothing is left to do when it has broken before. @throws EmbeddedDatabaseError stopped */
  close(): Promise<void>
  /** Ends the thread where it is, as a crash would, for the reason given. */
  kill(error: EmbeddedDatabaseError): void
  ref(): void
  unref(): void
}

export type EngineThreadEvents = {
  /** Bytes for the client of that session. */
  readonly onAnswer: (session: number, bytes: Uint8Array<ArrayBuffer>) => void
  /** Called once when the thread has ended, with `undefined` when it had been asked to close. */
  readonly onEnded: (error: EmbeddedDatabaseError | undefined) => void
}

/**
 * Starts the thread and waits until its database is open; a new database is made by a thread of its own.
 *
 * @throws EmbeddedDatabaseError otherFormat or notDurable, as the thread found
 */
export async function startThread(
  directory: string,
  entry: URL | undefined,
  events: EngineThreadEvents,
): Promise<EngineThread> {
  const worker = spawnThread(entry, { directory })
  const ending = watchEnd(worker)
  if ((await firstReply(worker, ending)) === 'created') return startThread(directory, entry, events)

  worker.on('message', (reply: Reply) => {
    if (reply.type === 'answer') events.onAnswer(reply.session, reply.bytes)
  })
  let hasEnded = false
  const noteEnd = (error: EmbeddedDatabaseError | undefined) => {
    hasEnded = true
    events.onEnded(error)
  }
  void ending.end.then(noteEnd)

  const ask = (request: Request, transfer: readonly ArrayBuffer[] = []) => worker.postMessage(request, transfer)
  return {
    execute: (session, messages) => ask({ type: 'execute', session, messages }, [messages.buffer]),
    resetSession: () => ask({ type: 'resetSession' }),
    close: async () => {
      if (hasEnded) return
      ask({ type: 'close' })
      const error = await ending.end
      if (error !== undefined) throw error
    },
    kill: (error) => {
      ending.because(error)
      void worker.terminate()
    },
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  }
}

type Ending = {
  /** Settles when the thread has ended: with undefined after `created` or `closed`, else with the reason that is known. */
  readonly end: Promise<EmbeddedDatabaseError | undefined>
  /** Tells the reason of an end that comes from this side. */
  because(error: EmbeddedDatabaseError): void
}

function watchEnd(worker: Worker): Ending {
  let isDone = false
  let reason = stopped('its thread has ended.')
  worker.on('message', (reply: Reply) => {
    if (reply.type === 'closed' || reply.type === 'created') isDone = true
    if (reply.type === 'broken') reason = stopped(reply.reason)
    if (reply.type === 'refused') reason = new EmbeddedDatabaseError(reply.problem, reply.reason)
  })
  worker.on('error', (cause) => {
    reason = stopped(reasonOf(cause))
  })

  return {
    end: new Promise((settle) => {
      worker.once('exit', () => settle(isDone ? undefined : reason))
    }),
    because: (error) => {
      reason = error
    },
  }
}

function stopped(reason: string): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError('stopped', `The embedded database has stopped: ${reason}`)
}

/** Waits until the database is open or made; a refusal is told only when the thread has left the directory. */
function firstReply(worker: Worker, { end }: Ending): Promise<'ready' | 'created'> {
  return new Promise((settle, fail) => {
    worker.on('message', (reply: Reply) => reply.type === 'ready' && settle('ready'))
    end.then((error) => (error === undefined ? settle('created') : fail(error)), fail)
  })
}
