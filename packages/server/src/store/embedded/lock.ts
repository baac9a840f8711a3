import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { open, readdir, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { currentHolder, type Holder, livenessOf, parseHolder } from './holder.ts'
import { EmbeddedDatabaseError, reasonOf, systemCodeOf } from './problem.ts'

/** The right of this process, and of no other, to open a directory. */
export type DirectoryLock = {
  /** Settles when somebody took the lock away: the directory must not be written any more. Mostly it never does. */
  readonly lost: Promise<EmbeddedDatabaseError>
  /** Gives the directory back. It is also given back when the process exits. */
  release(): Promise<void>
}

export type LockOptions = {
  /** How often a holder shows that it lives, for those who cannot see its process. */
  readonly beatMs?: number
}

// A holder in another container that has missed this many beats is taken for dead: 10 s.
const beatMsDefault = 2_000
const missedBeats = 5

/** A lock file as it was read: what tells this one from a later one of the same name, and from its next beat. */
type Found = { readonly name: string; readonly text: string; readonly beat: number }

/**
 * Takes the directory for this process.
 *
 * A lock is a file `lock.N`, made with O_EXCL. The lock of a dead process is not removed to be made again, for two who
 * found it dead could both do so: the successor makes `lock.N+1`, which one alone can, looks whether every other lock
 * is one that it knows to be dead, and steps back when it is not. Of two that step back for each other one comes
 * through at the next try.
 *
 * @throws EmbeddedDatabaseError inUse, naming the holder, or notWritable
 */
export async function acquireLock(directory: string, options: LockOptions = {}): Promise<DirectoryLock> {
  const { beatMs = beatMsDefault } = options
  for (;;) {
    const dead = await deadLocks(directory, beatMs)
    const mine = await makeLock(directory, dead)
    if (mine !== undefined) return hold(directory, mine, beatMs)

    await delay(Math.random() * 50)
  }
}

/** The locks that dead processes left. @throws EmbeddedDatabaseError inUse when a holder lives */
async function deadLocks(directory: string, beatMs: number): Promise<readonly Found[]> {
  const found = await readLocks(directory)
  for (const lock of found) {
    if (await isAlive(directory, lock, beatMs)) throw inUse(directory, parseHolder(lock.text))
  }
  return found
}

async function isAlive(directory: string, lock: Found, beatMs: number): Promise<boolean> {
  const holder = parseHolder(lock.text)
  const liveness = holder === undefined ? 'unknown' : livenessOf(holder)
  return liveness === 'unknown' ? showsLife(directory, lock, beatMs) : liveness === 'alive'
}

/** Watches a lock whose process cannot be seen; one that goes away in the meantime is as good as dead. */
async function showsLife(directory: string, lock: Found, beatMs: number): Promise<boolean> {
  for (let missed = 0; missed < missedBeats; missed++) {
    await delay(beatMs)
    const now = await readLock(directory, lock.name)
    if (!isSame(now, lock)) return false
    if (now.beat !== lock.beat) return true
  }
  return false
}

const isSame = (a: Found | undefined, b: Found): a is Found => a?.name === b.name && a.text === b.text

function inUse(directory: string, holder: Holder | undefined): EmbeddedDatabaseError {
  const by = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
  return new EmbeddedDatabaseError(
    'inUse',
    `${directory} is in use by ${by}. One process at a time can open an embedded database: stop that one first.`,
  )
}

/** Makes the lock after the dead ones, and removes those; undefined when another process came in between. */
async function makeLock(directory: string, dead: readonly Found[]): Promise<Found | undefined> {
  const name = `lock.${Math.max(0, ...dead.map((lock) => numberOf(lock.name))) + 1}`
  const text = JSON.stringify(currentHolder(randomUUID()))
  if (!(await writeNew(join(directory, name), text))) return undefined

  const locks = await readLocks(directory)
  const mine = locks.find((lock) => lock.name === name)
  const others = locks.filter((lock) => lock.name !== name)
  const isFree = others.every((other) => dead.some((known) => isSame(other, known)))
  if (isFree && mine?.text === text) {
    await Promise.all(others.map((lock) => unlink(join(directory, lock.name))))
    return mine
  }

  if (mine?.text === text) await unlink(join(directory, name))
  return undefined
}

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (cause) {
    if (systemCodeOf(cause) === 'EEXIST') return false
    throw new EmbeddedDatabaseError('notWritable', `Cannot write ${path}: ${reasonOf(cause)}.`, { cause })
  }
}

/** Shows at each beat that this process lives, until the lock is released, lost, or the process exits. */
function hold(directory: string, mine: Found, beatMs: number): DirectoryLock {
  const path = join(directory, mine.name)
  const released = new AbortController()
  const removeAtExit = () => rmSync(path, { force: true })
  process.once('exit', removeAtExit)

  const beating = beatUntil(released.signal, directory, mine, beatMs)
  const letGo = beating.then((cause) => {
    process.off('exit', removeAtExit)
    return cause
  })

  return {
    lost: new Promise((settle) => {
      void letGo.then((cause) => cause !== undefined && settle(lost(path, cause)))
    }),
    release: async () => {
      released.abort()
      await letGo
      if (isSame(await readLock(directory, mine.name), mine)) await unlink(path)
    },
  }
}

/** Beats until it is told to end; gives the reason when the lock was lost before. */
async function beatUntil(signal: AbortSignal, directory: string, mine: Found, beatMs: number): Promise<unknown> {
  // A process that has run out of descriptors for a moment has not lost its lock: it ends before others take it over.
  for (let missed = 0; ; ) {
    try {
      await delay(beatMs, undefined, { signal, ref: false })
      if (!isSame(await readLock(directory, mine.name), mine)) return new Error('it is not ours any more')

      await utimes(join(directory, mine.name), new Date(), new Date())
      missed = 0
    } catch (cause) {
      if (signal.aborted) return undefined
      missed += 1
      if (missed === missedBeats - 1) return cause
    }
  }
}

function lost(path: string, cause: unknown): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError('stopped', `The lock ${path} was lost: ${reasonOf(cause)}.`, { cause })
}

async function readLocks(directory: string): Promise<readonly Found[]> {
  const names = (await readdir(directory)).filter((name) => /^lock\.\d+$/.test(name))
  const locks = await Promise.all(names.map((name) => readLock(directory, name)))
  return locks.filter((lock) => lock !== undefined)
}

const numberOf = (name: string) => Number(name.slice('lock.'.length))

/** Reads a lock file, undefined when it has gone. It is opened anew each time: a network disk then looks anew. */
async function readLock(directory: string, name: string): Promise<Found | undefined> {
  try {
    const file = await open(join(directory, name))
    try {
      const { mtimeMs } = await file.stat()
      return { name, text: await file.readFile('utf8'), beat: mtimeMs }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
