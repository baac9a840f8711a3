import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedDatabaseError, reasonOf } from './problem.ts'

/** The engine that this release embeds; the lock file pins it exactly. */
const engine = { name: 'pglite', version: '0.5.16', postgresql: 18 } as const

/** The version of this layout: `postgres/` with the database, `format.json` in it, `lock.N` beside it. */
const layoutVersion = 1

const formatFile = 'format.json'

/** The folder of the database itself, and the one in which a new database is made before it takes that name. */
export const databaseFolder = (directory: string) => join(directory, 'postgres')
export const unfinishedFolder = (directory: string) => join(directory, 'postgres.unfinished')

/**
 * Makes the directory, for its owner alone: it will hold people's names and addresses.
 *
 * @throws EmbeddedDatabaseError notWritable
 */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new EmbeddedDatabaseError('notWritable', `Cannot make the directory ${directory}: ${reasonOf(cause)}.`, {
      cause,
    })
  }
}

/** Writes into a new database folder which engine made it. */
export function writeFormat(folder: string): void {
  const format = { layout: layoutVersion, engine: engine.name, version: engine.version, postgresql: engine.postgresql }
  writeFileSync(join(folder, formatFile), `${JSON.stringify(format, undefined, 2)}\n`, { mode: 0o600 })
}

/**
 * Tells whether the directory has a database that this release can open.
 *
 * @returns false when there is none yet
 * @throws EmbeddedDatabaseError otherFormat, saying who made it and what to do
 */
export function hasDatabase(directory: string): boolean {
  if (existsSync(join(directory, 'PG_VERSION'))) {
    throw otherFormat(directory, 'is itself the data directory of a PostgreSQL or PGlite database', 'another directory')
  }

  const folder = databaseFolder(directory)
  if (!existsSync(folder)) return false

  refuseOtherFormat(directory, folder)
  return true
}

function refuseOtherFormat(directory: string, folder: string): void {
  const major = readText(join(folder, 'PG_VERSION'))?.trim()
  const made = readText(join(folder, formatFile))
  if (major === undefined || made === undefined) {
    throw otherFormat(directory, 'has a folder "postgres" that Rollcall did not make', 'another directory')
  }

  const maker = readMaker(made)
  if (maker.layout !== layoutVersion || maker.engine !== engine.name || major !== String(engine.postgresql)) {
    throw otherFormat(
      directory,
      `was made by ${String(maker.engine)} ${String(maker.version)} (PostgreSQL ${major})`,
      'the release of Rollcall that made it, copy its data out, and start this one on an empty directory',
    )
  }
}

function otherFormat(directory: string, state: string, remedy: string): EmbeddedDatabaseError {
  const embedded = `Rollcall embeds ${engine.name} ${engine.version} (PostgreSQL ${engine.postgresql})`
  return new EmbeddedDatabaseError('otherFormat', `${directory} ${state}; this ${embedded}. Use ${remedy}.`)
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function readMaker(text: string): { readonly [member: string]: unknown } {
  try {
    const made: unknown = JSON.parse(text)
    if (typeof made === 'object' && made !== null) return { ...made }
  } catch {
    // A broken marker is no marker: the caller names the maker as undefined and refuses.
  }
  return {}
}
