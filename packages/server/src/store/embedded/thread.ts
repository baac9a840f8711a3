import { parentPort, workerData } from 'node:worker_threads'
import { createDatabase } from './create.ts'
import { realDisk } from './disk.ts'
import { type Engine, type EngineOptions, startEngine } from './engine.ts'
import { databaseFolder, hasDatabase } from './layout.ts'
import { EmbeddedDatabaseError, type EmbeddedProblem, reasonOf } from './problem.ts'

/** What the server's thread asks of the database's. `session` counts the connections, so that replies find theirs. */
export type Request =
  | { readonly type: 'execute'; readonly session: number; readonly messages: Uint8Array<ArrayBuffer> }
  | { readonly type: 'resetSession' }
  | { readonly type: 'close' }

/** What the database's thread says; after all but `ready` and `answer` it says nothing more and ends. */
export type Reply =
  | { readonly type: 'ready' }
  /** There was no database, now there is: another thread has to open it. */
  | { readonly type: 'created' }
  | { readonly type: 'answer'; readonly session: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'refused'; readonly problem: EmbeddedProblem; readonly reason: string }
  | { readonly type: 'broken'; readonly reason: string }
  | { readonly type: 'closed' }

/** What is given to the thread at its start. */
export type ThreadData = { readonly directory: string }

/**
 * Runs the database in this worker thread until it is told to close, or makes one when there is none.
 *
 * To make one takes 300 MB more than to run it; they are given back with the thread. A test gives another disk or other
 * start parameters.
 */
export async function serveDatabase(options: Partial<Pick<EngineOptions, 'disk' | 'startParams'>> = {}): Promise<void> {
  try {
    await createOrServe(directoryOf(workerData), { disk: realDisk, onBroken: endBroken, ...options })
  } catch (error) {
    const problem = error instanceof EmbeddedDatabaseError ? error.problem : 'stopped'
    sayLast({ type: 'refused', problem, reason: reasonOf(error) })
  }
}

async function createOrServe(directory: string, options: EngineOptions): Promise<void> {
  if (hasDatabase(directory)) {
    serve(await startEngine(databaseFolder(directory), options))
    say({ type: 'ready' })
  } else {
    await createDatabase(directory, options)
    sayLast({ type: 'created' })
  }
}

function serve(engine: Engine): void {
  let previous = Promise.resolve()
  port().on('message', (request: Request) => {
    previous = previous.then(() => answer(engine, request)).catch((error: unknown) => endBroken(reasonOf(error)))
  })
}

async function answer(engine: Engine, request: Request): Promise<void> {
  switch (request.type) {
    case 'execute':
      return executeInBatches(engine, request.session, request.messages)
    case 'resetSession':
      return engine.resetSession()
    case 'close':
      await engine.close()
      sayLast({ type: 'closed' })
  }
}

// A small reply is one message; a large one is read at the other side while the rest is still being made.
const batchBytes = 256 * 1024

async function executeInBatches(engine: Engine, session: number, messages: Uint8Array): Promise<void> {
  let chunks: Uint8Array[] = []
  let length = 0
  const send = () => {
    if (length > 0) sayBytes(session, chunks, length)
    chunks = []
    length = 0
  }

  await engine.execute(messages, (bytes) => {
    // The engine's buffer is used again as soon as this returns.
    chunks.push(bytes.slice())
    length += bytes.length
    if (length >= batchBytes) send()
  })
  send()
}

function sayBytes(session: number, chunks: readonly Uint8Array[], length: number): void {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  say({ type: 'answer', session, bytes }, [bytes.buffer])
}

function say(reply: Reply, transfer: readonly ArrayBuffer[] = []): void {
  port().postMessage(reply, transfer)
}

function sayLast(reply: Reply): void {
  say(reply)
  port().close()
}

/** Ends this thread from wherever it is, inside of WebAssembly too: nothing may run after a breakdown. */
function endBroken(reason: string): never {
  say({ type: 'broken', reason })
  process.exit(1)
}

function port() {
  if (parentPort === null) throw new Error('The embedded database runs in a worker thread only.')
  return parentPort
}

function directoryOf(data: unknown): string {
  if (typeof data === 'object' && data !== null && 'directory' in data && typeof data.directory === 'string') {
    return data.directory
  }
  throw new Error('The worker thread of the embedded database was not told its directory.')
}
