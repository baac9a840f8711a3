import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedConnection } from '../../../src/store/embedded/connection.ts'
import { type EmbeddedDatabase, openEmbedded } from '../../../src/store/embedded/open.ts'
import { query, startup, sync } from '../../../src/store/embedded/wire.ts'
import { connect, newDirectory } from './directories.ts'

let db: EmbeddedDatabase
let client: pg.Client
beforeAll(async () => {
  db = await openEmbedded(newDirectory())
})
beforeEach(async () => {
  client = await connect(db)
  await client.query('drop table if exists person')
  await client.query('create table person (name text primary key)')
  return () => client.end()
})
afterAll(() => db.close())

describe('a statement', () => {
  test('is answered with text of any script', async () => {
    const text = `Zoë Ōta 王小明 𝒜 👩🏽‍💻 \t"'\\`

    const { rows } = await client.query('select $1::text as text', [text])

    expect(rows).toEqual([{ text }])
  })

  test('is answered with its own text for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }).filter(isStorable), async (text) => {
        const { rows } = await client.query({ name: 'echo', text: 'select $1::text as text', values: [text] })
        expect(rows).toEqual([{ text }])
      }),
    )
  })

  test('takes and gives values of many megabytes', async () => {
    const text = 'a€'.repeat(3_000_000)

    const { rows } = await client.query<{ text: string }>('select $1::text as text', [text])

    expect(rows[0]?.text === text).toBe(true)
  })

  test('gives many rows in their order', async () => {
    const { rows } = await client.query<{ n: number }>(`select n, repeat('x', 500) from generate_series(1, 20000) n`)

    expect(rows.map((row) => row.n)).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1))
  })

  test('that is named is prepared once and used again', async () => {
    const byName = (name: string) => ({ name: 'one', text: 'select $1::text as name', values: [name] })
    const { rows: first } = await client.query(byName('Ann'))
    const { rows: second } = await client.query(byName('Bob'))
    const { rows: prepared } = await client.query('select name from pg_prepared_statements')

    expect([first, second, prepared]).toEqual([[{ name: 'Ann' }], [{ name: 'Bob' }], [{ name: 'one' }]])
  })

  test('that fails tells the code and the constraint, and the next one works', async () => {
    await client.query(`insert into person values ('Ann')`)

    await expect(client.query(`insert into person values ('Ann')`)).rejects.toMatchObject({
      code: '23505',
      constraint: 'person_pkey',
    })
    expect((await client.query('select name from person')).rows).toEqual([{ name: 'Ann' }])
  })

  test('that nests too deeply is an error and not the end', async () => {
    const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

    await expect(client.query('select $1::jsonb', [nested])).rejects.toMatchObject({ code: '54001' })
    await expect(client.query(`select ${'1+'.repeat(100_000)}1`)).rejects.toMatchObject({ code: '54001' })
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('that would wait for copied data is an error', async () => {
    await expect(client.query('copy person from stdin')).rejects.toMatchObject({ code: '57014' })
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('that would wait for copied data is an error in the extended protocol too', async () => {
    const reply = await converse([...statement('copy person from stdin'), sync()], 'E')

    expect(reply).toBe('12GE')
    client = await connect(db)
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

describe('requests sent before the reply to an earlier one', () => {
  test('are answered in their order', async () => {
    await client.end()
    client = await connect(db, { pipeline: true })

    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, n) => client.query({ name: 'n', text: 'select $1::int as n', values: [n] })),
    )

    expect(replies.map(({ rows }) => rows)).toEqual(Array.from({ length: 200 }, (_, n) => [{ n }]))
  })

  test('are one transaction up to their Sync', async () => {
    await client.end()
    const inserts = (...names: readonly string[]) =>
      names.flatMap((name) => statement(`insert into person values ('${name}')`))

    const failed = await converse([...inserts('Ann', 'Bob', 'Ann', 'Eve'), sync()])
    const done = await converse([...inserts('Ian', 'Joe'), sync()])

    client = await connect(db)
    const { rows } = await client.query('select name from person order by name')
    expect([failed, done]).toEqual(['12C12C12EZ', '12C12CZ'])
    expect(rows).toEqual([{ name: 'Ian' }, { name: 'Joe' }])
  })
})

describe('a connection', () => {
  test('leaves nothing to the next one: no transaction, setting, statement or temporary table', async () => {
    await client.query({ name: 'left', text: 'select 1' })
    await client.query(`set timezone = 'Asia/Tokyo'`)
    await client.query('create temporary table left_behind ()')
    await client.query('begin')
    await client.query(`insert into person values ('Ann')`)
    await client.end()

    client = await connect(db)
    const { rows } = await client.query(`
      select current_setting('timezone') as zone, to_regclass('left_behind') as table,
        (select count(*)::int from person) as people, (select count(*)::int from pg_prepared_statements) as statements`)
    expect(rows).toEqual([{ zone: 'UTC', table: null, people: 0, statements: 0 }])
  })

  test('leaves nothing when it goes in the middle of a failed transaction and a statement', async () => {
    const { stream } = await rawConnection()
    stream.write(Buffer.concat([query('begin'), query('nonsense'), query(`select pg_sleep(0.02)`), ...statement('x')]))
    stream.destroy()

    client = await connect(db)
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('is refused while there is another, and not kept waiting', async () => {
    await expect(connect(db)).rejects.toMatchObject({ problem: 'inUse' })
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('is not harmed by a refused one that ends', async () => {
    const refused = new pg.Client({ stream: db.stream })
    await expect(refused.connect()).rejects.toMatchObject({ problem: 'inUse' })
    await refused.end()

    await client.query('begin')
    await client.query(`insert into person values ('Ann')`)
    await client.query('commit')
    expect((await client.query('select name from person')).rows).toEqual([{ name: 'Ann' }])
  })

  test('works with a pool, which replaces it after an error', async () => {
    await client.end()
    const pool = new pg.Pool({ stream: db.stream, max: 1 })
    for (let round = 0; round < 5; round++) {
      const taken = await pool.connect()
      await taken.query('begin')
      await expect(taken.query('nonsense')).rejects.toMatchObject({ code: '42601' })
      taken.release(true)
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    }
    await pool.end()
    client = await connect(db)
  })

  test('refuses TLS in the words of the protocol', async () => {
    await client.end()
    const secure = new pg.Client({ stream: db.stream, ssl: true })
    await expect(secure.connect()).rejects.toThrow('The server does not support SSL connections')
    client = await connect(db)
  })

  test('gives whole messages on, however they were cut', () => {
    const messages = [query('select 1'), sync(), query('x'.repeat(5_000)), query('')]
    const stream = Buffer.concat([startup({ user: 'a' }), ...messages])

    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const sent: Buffer[] = []
        const connection = new EmbeddedConnection({
          begin: () => undefined,
          send: (whole) => void sent.push(Buffer.from(whole)),
          end: () => {},
          ref: () => {},
          unref: () => {},
        })
        connection.connect()
        const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
        for (const [index, start] of at.entries()) connection.write(stream.subarray(start, at[index + 1] ?? start))

        expect(Buffer.concat(sent).equals(stream)).toBe(true)
        for (const whole of sent.slice(1)) expect(() => typesOf(whole)).not.toThrow()
      }),
    )
  })
})

// PostgreSQL has no U+0000 in a text, and lone surrogates have no UTF-8.
const isStorable = (text: string) => !text.includes('\0') && Buffer.from(text).toString() === text

/** Parse, Bind and Execute of one statement without parameters, without a Sync. */
function statement(text: string): readonly Buffer[] {
  const message = (type: string, body: string) => {
    const bytes = Buffer.from(`${type}\0\0\0\0${body}`)
    bytes.writeInt32BE(bytes.length - 1, 1)
    return bytes
  }
  return [message('P', `\0${text}\0\0\0`), message('B', '\0\0\0\0\0\0\0\0'), message('E', '\0\0\0\0\0')]
}

/** The letters of the messages, without those that any reply may have in between. */
function typesOf(reply: Buffer): string {
  let types = ''
  for (let at = 0; at < reply.length; at += 1 + reply.readInt32BE(at + 1)) types += String.fromCharCode(reply[at] ?? 0)
  return types.replaceAll(/[SN]/g, '')
}

async function rawConnection() {
  await client.end()
  const stream = db.stream()
  if (!(stream instanceof EmbeddedConnection)) throw new Error('not a connection')
  stream.connect()
  stream.write(startup({ user: 'postgres' }))
  await readReply(stream)
  return { stream }
}

async function converse(messages: readonly Buffer[], lastType = 'Z'): Promise<string> {
  const { stream } = await rawConnection()
  stream.write(Buffer.concat(messages))
  const types = typesOf(await readReply(stream, lastType))
  stream.destroy()
  return types
}

/** Reads up to the ReadyForQuery that ends most replies, or another type of message. */
function readReply(stream: EmbeddedConnection, lastType = 'Z'): Promise<Buffer> {
  return new Promise((settle, fail) => {
    let reply = Buffer.alloc(0)
    stream.once('error', fail)
    stream.on('data', function read(bytes: Buffer) {
      reply = Buffer.concat([reply, bytes])
      if (!typesOf(reply).endsWith(lastType)) return
      stream.off('data', read)
      settle(reply)
    })
  })
}
