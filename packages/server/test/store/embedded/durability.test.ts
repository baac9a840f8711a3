import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { openEmbedded } from '../../../src/store/embedded/open.ts'
import type { EmbeddedDatabaseError } from '../../../src/store/embedded/problem.ts'
import { connect, directoriesWithDatabase, newDirectory, startChild, withClient } from './directories.ts'

// A test makes and opens several databases, at up to 10 s each on a loaded machine.
vi.setConfig({ testTimeout: 120_000 })

let newDatabase: () => string
beforeAll(async () => {
  newDatabase = await directoriesWithDatabase()
})

const thread = (name: string) => ({ thread: new URL(`./threads/${name}.ts`, import.meta.url) })

describe('kill -9 in the middle of writing', () => {
  test('loses nothing that was acknowledged, and the next start takes the directory', async () => {
    const directory = newDatabase()
    for (let round = 1; round <= 3; round++) {
      const child = startChild('write', directory)
      let acknowledged = 0
      for (let count = 0; count < 200; count++) acknowledged = Number(await child.line())
      await child.kill()

      const numbers = await withClient(directory, numbersIn)

      expect(acknowledged).toBeGreaterThanOrEqual(200 * round)
      expect(numbers.length).toBeGreaterThanOrEqual(acknowledged)
      expect(numbers).toEqual(Array.from(numbers, (_, index) => index + 1))
    }
  })
})

// What reached the disk is told by the descriptor's name in /proc.
describe.runIf(process.platform === 'linux')('a power cut', () => {
  test('loses nothing that was acknowledged, in a database that was just made', async () => {
    const directory = newDirectory()
    const db = await openEmbedded(directory, thread('recording'))
    const client = await connect(db)
    await client.query('create table written (number int primary key, padding text not null)')
    for (let number = 1; number <= 30; number++) {
      await insert(client, number)
      if (number === 15) await client.query('checkpoint')
    }

    const numbers = await withClient(afterPowerCut(directory), numbersIn)

    expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    await client.end()
    await db.close()
  })

  test('loses what PostgreSQL was told not to wait for: the check can fail', async () => {
    const directory = newDatabase()
    cpSync(directory, join(`${directory}.shadow`, 'tree'), { recursive: true })
    const db = await openEmbedded(directory, thread('recording'))
    const client = await connect(db)
    await client.query('create table written (number int primary key, padding text not null)')
    await insert(client, 1)
    await client.query('set synchronous_commit = off')
    await insert(client, 2)

    expect(await withClient(afterPowerCut(directory), numbersIn)).toEqual([1])
    expect(await numbersIn(client)).toEqual([1, 2])
    await client.end()
    await db.close()
  })
})

describe('an engine that would forget', () => {
  test.each([
    ['stock-parameters', 'fsync is off'],
    ['fdatasync', 'no fsync followed it'],
  ])('is refused at the start (%s: %s)', async (name, why) => {
    await expect(openEmbedded(newDatabase(), thread(name))).rejects.toMatchObject({
      problem: 'notDurable',
      message: expect.stringContaining(why),
    })
  })
})

describe('a database that breaks', () => {
  test('fails every request and says so once, when the disk does not take a commit', async () => {
    const directory = newDatabase()
    const { db, client, fatal } = await openToBreak(directory, thread('failing-disk'))
    await insert(client, 1)
    writeFileSync(`${directory}.failing`, '')

    await expect(insert(client, 2)).rejects.toThrow('cannot write to disk: EIO')
    await expect(client.query('select 1')).rejects.toBeInstanceOf(Error)
    await expect(connect(db)).rejects.toMatchObject({ problem: 'stopped' })
    await db.close()
    expect(fatal.map((error) => error.problem)).toEqual(['stopped'])

    expect(await withClient(directory, numbersIn)).toContain(1)
  })

  test('fails every request and tells the last words of a PostgreSQL that panics', async () => {
    const directory = newDatabase()
    const { db, client, fatal } = await openToBreak(directory)
    await insert(client, 1)
    rmSync(join(directory, 'postgres', 'pg_wal'), { recursive: true })

    await expect(client.query('select pg_switch_wal()').then(() => insert(client, 2))).rejects.toThrow('PANIC')
    await expect(connect(db)).rejects.toMatchObject({ problem: 'stopped' })
    await db.close()
    expect(fatal.map((error) => error.problem)).toEqual(['stopped'])
  })

  test('fails every request when its lock is taken away', async () => {
    const directory = newDatabase()
    const lost = new Promise<EmbeddedDatabaseError>((settle) => {
      void openEmbedded(directory, { onFatal: settle }).then(() => rmSync(join(directory, 'lock.1')))
    })

    expect((await lost).message).toMatch(/The lock .*lock\.1 was lost/)
  })
})

async function openToBreak(directory: string, options: { readonly thread?: URL } = {}) {
  const fatal: EmbeddedDatabaseError[] = []
  const db = await openEmbedded(directory, { ...options, onFatal: (error) => void fatal.push(error) })
  const client = await connect(db)
  await client.query('create table written (number int primary key, padding text not null)')
  return { db, client, fatal }
}

function insert(client: pg.Client, number: number) {
  return client.query('insert into written values ($1, $2)', [number, 'x'.repeat(900)])
}

async function numbersIn(client: pg.Client): Promise<readonly number[]> {
  const { rows } = await client.query<{ number: number }>('select number from written order by number')
  return rows.map((row) => row.number)
}

/** What the disk of a directory that `recording` watched would hold if the power went now. */
function afterPowerCut(directory: string): string {
  const left = newDirectory()
  cpSync(join(`${directory}.shadow`, 'tree'), left, { recursive: true })
  return left
}
