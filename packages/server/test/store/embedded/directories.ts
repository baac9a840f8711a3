import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll } from 'vitest'
import { type EmbeddedDatabase, type EmbeddedOptions, openEmbedded } from '../../../src/store/embedded/open.ts'

const parents: string[] = []
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const parent of parents) rmSync(parent, { recursive: true, force: true })
})

/** A new name in a temporary folder, which goes when the test file is done. */
export function newDirectory(): string {
  const parent = mkdtempSync(join(tmpdir(), 'rollcall-embedded-'))
  parents.push(parent)
  return join(parent, 'data')
}

/** Gives a maker of directories with an empty database each: the first takes seconds, a copy of it does not. */
export async function directoriesWithDatabase(): Promise<() => string> {
  const template = newDirectory()
  await (await openEmbedded(template)).close()
  return () => {
    const directory = newDirectory()
    cpSync(template, directory, { recursive: true })
    return directory
  }
}

/** Runs `use` with a client of the database in the directory, and closes both. */
export async function withClient<T>(
  directory: string,
  use: (client: pg.Client, db: EmbeddedDatabase) => Promise<T>,
  options: EmbeddedOptions = {},
): Promise<T> {
  const db = await openEmbedded(directory, options)
  try {
    const client = await connect(db)
    try {
      return await use(client, db)
    } finally {
      await client.end()
    }
  } finally {
    await db.close()
  }
}

/** A connected client whose connection errors are left to the query that they fail. */
export async function connect(db: EmbeddedDatabase, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ ...options, stream: db.stream })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A process of its own that runs a program of `children/`, and the lines that it prints. */
export type Child = {
  readonly process: ChildProcess
  /** The next line, undefined when there will be none. */
  readonly line: () => Promise<string | undefined>
  /** Kills it as a power switch would, and waits until it is gone. */
  readonly kill: () => Promise<void>
}

export function startChild(program: string, ...programArguments: readonly string[]): Child {
  const file = new URL(`./children/${program}.ts`, import.meta.url)
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', file.pathname, ...programArguments],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  children.push(child)

  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    line: async () => {
      const next = await lines.next()
      return next.done === true ? undefined : next.value
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
