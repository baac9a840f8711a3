import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { openEmbedded } from '../../../src/store/embedded/open.ts'
import { connect, directoriesWithDatabase, newDirectory, startChild, withClient } from './directories.ts'

// A test makes and opens several databases, at up to 10 s each on a loaded machine.
vi.setConfig({ testTimeout: 120_000 })

let newDatabase: () => string
beforeAll(async () => {
  newDatabase = await directoriesWithDatabase()
})

describe('a directory', () => {
  test('keeps its data from one opening to the next', async () => {
    const directory = newDatabase()
    await withClient(directory, async (client) => {
      await client.query('create table kept (text text)')
      await client.query(`insert into kept values ('Zoë 🦊')`)
    })

    const { rows } = await withClient(directory, (client) => client.query('select text from kept'))

    expect(rows).toEqual([{ text: 'Zoë 🦊' }])
  })

  test('is made with those above it, for its owner alone', async () => {
    const directory = join(newDirectory(), 'deep', 'in')

    await (await openEmbedded(directory)).close()

    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(directory)).toEqual(['postgres'])
  })

  test('that cannot be made is refused by name', async () => {
    const directory = newDirectory()
    writeFileSync(directory, 'a file')

    await expect(openEmbedded(join(directory, 'data'))).rejects.toMatchObject({
      problem: 'notWritable',
      message: expect.stringContaining(directory),
    })
  })

  test('is refused while this process has it open, and named with its holder', async () => {
    const directory = newDatabase()
    await withClient(directory, async () => {
      await expect(openEmbedded(directory)).rejects.toMatchObject({
        problem: 'inUse',
        message: expect.stringMatching(new RegExp(`^${directory} is in use by process ${process.pid} `)),
      })
    })
  })

  test('is refused to another process, which says so', async () => {
    const directory = newDatabase()
    await withClient(directory, async () => {
      expect(await startChild('open', directory).line()).toContain(`is in use by process ${process.pid} `)
    })
  })

  test('goes to exactly one of those who make it at once', async () => {
    const directory = newDirectory()

    const openings = await Promise.allSettled([
      openEmbedded(directory),
      openEmbedded(directory),
      openEmbedded(directory),
    ])

    const opened = openings.filter((opening) => opening.status === 'fulfilled')
    const refused = openings.filter((opening) => opening.status === 'rejected')
    expect(opened).toHaveLength(1)
    expect(refused.map((opening) => opening.reason)).toEqual([
      expect.objectContaining({ problem: 'inUse' }),
      expect.objectContaining({ problem: 'inUse' }),
    ])
    await opened[0]?.value.close()
  })
})

describe('the first opening', () => {
  test('begins anew where one that was killed has ended', async () => {
    const directory = newDirectory()
    mkdirSync(directory)
    const unfinished = appearanceOf(directory, 'postgres.unfinished')
    const child = startChild('open', directory)
    await unfinished
    await child.kill()
    expect(existsSync(join(directory, 'postgres'))).toBe(false)

    const { rows } = await withClient(directory, (client) => client.query('select 1 as one'))

    expect(rows).toEqual([{ one: 1 }])
    expect(readdirSync(directory)).toEqual(['postgres'])
  })

  test('removes what an earlier one left half made', async () => {
    const directory = newDirectory()
    mkdirSync(join(directory, 'postgres.unfinished', 'base'), { recursive: true })
    writeFileSync(join(directory, 'postgres.unfinished', 'PG_VERSION'), '18\n')

    await withClient(directory, (client) => client.query('select 1'))

    expect(readdirSync(directory)).toEqual(['postgres'])
  })
})

describe('a directory of another format', () => {
  const database = (files: { readonly [name: string]: string }) => {
    const directory = newDirectory()
    mkdirSync(join(directory, 'postgres'), { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'postgres', name), text)
    return directory
  }

  test('is refused with its maker and what to do', async () => {
    const format = JSON.stringify({ layout: 1, engine: 'pglite', version: '0.3.4', postgresql: 17 })

    await expect(openEmbedded(database({ PG_VERSION: '17\n', 'format.json': format }))).rejects.toMatchObject({
      problem: 'otherFormat',
      message: expect.stringMatching(
        /was made by pglite 0\.3\.4 \(PostgreSQL 17\); .*Use the release of Rollcall that/,
      ),
    })
  })

  test('is refused when Rollcall did not make it', async () => {
    await expect(openEmbedded(database({ PG_VERSION: '18\n' }))).rejects.toMatchObject({ problem: 'otherFormat' })
    await expect(openEmbedded(database({}))).rejects.toMatchObject({ problem: 'otherFormat' })
  })

  test('is refused when its format is not readable', async () => {
    const directory = database({ PG_VERSION: '18\n', 'format.json': '{' })

    await expect(openEmbedded(directory)).rejects.toMatchObject({ problem: 'otherFormat' })
  })

  test('is refused when it is itself the data directory of a PostgreSQL', async () => {
    const directory = join(newDatabase(), 'postgres')

    await expect(openEmbedded(directory)).rejects.toMatchObject({ problem: 'otherFormat' })
    expect(existsSync(join(directory, 'postgres'))).toBe(false)
  })

  test('is given back by the refusal', async () => {
    const directory = database({})
    await expect(openEmbedded(directory)).rejects.toMatchObject({ problem: 'otherFormat' })

    expect(readdirSync(directory)).toEqual(['postgres'])
  })

  test('cannot come from this release: it writes what it reads', () => {
    const format: unknown = JSON.parse(readFileSync(join(newDatabase(), 'postgres', 'format.json'), 'utf8'))
    const pglite: unknown = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.resolve('@electric-sql/pglite')), 'utf8'),
    )

    expect(pglite).toMatchObject({ version: '0.5.16' })
    expect(format).toEqual({ layout: 1, engine: 'pglite', version: '0.5.16', postgresql: 18 })
  })
})

describe('close', () => {
  test('can be called twice', async () => {
    const db = await openEmbedded(newDatabase())

    await Promise.all([db.close(), db.close()])
    await db.close()
  })

  test('fails the requests that nobody will answer any more', async () => {
    const db = await openEmbedded(newDatabase())
    const client = await connect(db)

    const pending = client.query('select pg_sleep(0.05)')
    const closed = db.close()

    await expect(pending).rejects.toThrow('The embedded database is closed.')
    await closed
    await expect(connect(db)).rejects.toThrow('The embedded database is closed.')
  })
})

async function appearanceOf(directory: string, name: string): Promise<void> {
  for await (const { filename } of watch(directory)) if (filename === name) return
}
