import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import type { SqlValue, Statement } from '../../src/store/statement.ts'
import { type TestStore, ignored, openTestStore, raw, rowsOf } from '../support/store.ts'

let store: TestStore
let database: Database
beforeAll(async () => {
  // One connection, so that every batch meets what the one before has left on it.
  store = await openTestStore({ poolSize: 1 })
  database = store.database
  await database.asOwner([ignored('create table notes (id integer primary key, text text)')])
})
afterAll(() => store.close())

let lastId = 0
const note = () => {
  lastId += 1
  return ignored('insert into notes (id) values ($1)', [lastId])
}
const broken = ignored('select 1 / 0')
const noteCount = async () => Number((await rowsOf(database, 'select count(*) from notes'))[0]?.[0])

describe('a batch', () => {
  test.each([0, 1, 2, 3])('leaves nothing when its statement %i fails', async (place) => {
    const before = await noteCount()
    const statements = [note(), note(), note()].toSpliced(place, 0, broken)

    await expect(database.asOwner(statements)).rejects.toMatchObject({ code: '22012' })
    expect(await noteCount()).toBe(before)
  })

  test('gives the rows of each statement in the order of the statements', async () => {
    const three = raw('select * from generate_series(1, 3) n order by n')
    const rows = await database.asOwner([
      three,
      note(),
      raw(''),
      raw('select 1 where false'),
      raw(`select 'last', null`),
    ])
    expect(rows).toEqual([[['1'], ['2'], ['3']], [], [], [], [['last', null]]])
  })

  test('sends nothing that a reader of another statement sees', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        database.asOwner([raw('select $1::text', [`a${i}`]), raw('select $1::text', [`b${i}`])]),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 30 }, (_, i) => [[[`a${i}`]], [[`b${i}`]]]))
  })

  test('fails with what a reader throws, and the connection lives on', async () => {
    const unreadable: Statement<never> = {
      ...raw('select 1'),
      read: () => {
        throw new Error('not to be read')
      },
    }
    await expect(database.asOwner([unreadable, raw('select 2')])).rejects.toThrow('not to be read')
    expect(await rowsOf(database, 'select 3')).toEqual([['3']])
  })

  test('fails with what a violated unique index means, and only for the statement that violated it', async () => {
    const twice = ignored('insert into notes (id) values (-1)')
    const taken = { ...twice, conflict: () => new Error('taken') }
    await database.asOwner([twice])

    await expect(database.asOwner([note(), taken, note()])).rejects.toThrow('taken')
    await expect(database.asOwner([{ ...note(), conflict: () => new Error('taken') }, twice])).rejects.toMatchObject({
      code: '23505',
    })
    await expect(database.asOwner([{ ...broken, conflict: () => new Error('taken') }])).rejects.toMatchObject({
      code: '22012',
    })
  })
})

describe('a named statement', () => {
  const divide = (name: string, by: number) => ({ ...raw('select 12 / $1::integer', [by]), name })

  test('is used again and again, in one batch and in several', async () => {
    const rows = await database.asOwner([divide('again', 1), divide('again', 2)])
    expect(rows).toEqual([[['12']], [['6']]])
    expect(await database.asOwner([divide('again', 3)])).toEqual([[['4']]])
  })

  test.each([
    ['before it', (named: Statement<unknown>) => [broken, named]],
    ['after it', (named: Statement<unknown>) => [named, broken]],
    ['before it, at the parse', (named: Statement<unknown>) => [raw('selec'), named]],
    ['after it, at the parse', (named: Statement<unknown>) => [named, raw('selec')]],
  ])('survives an error %s in the batch that first named it', async (place, batchOf) => {
    const name = `new ${place}`
    await expect(database.asOwner(batchOf(divide(name, 1)))).rejects.toThrow(/division by zero|syntax error/)
    expect(await database.asOwner([divide(name, 2), divide(name, 3)])).toEqual([[['6']], [['4']]])
  })

  test('survives an error of its own, first and later', async () => {
    await expect(database.asOwner([divide('own', 0)])).rejects.toMatchObject({ code: '22012' })
    expect(await database.asOwner([divide('own', 4)])).toEqual([[['3']]])
    await expect(database.asOwner([divide('own', 0)])).rejects.toMatchObject({ code: '22012' })
    expect(await database.asOwner([divide('own', 6)])).toEqual([[['2']]])
  })

  test('survives its own first parse failing', async () => {
    const early: Statement<unknown> = { ...raw('select id from not_yet'), name: 'early' }
    await expect(database.asOwner([early])).rejects.toMatchObject({ code: '42P01' })
    await database.asOwner([ignored('create table not_yet (id integer)')])
    expect(await database.asOwner([early])).toEqual([[]])
  })

  test('survives a change of the columns that it reads', async () => {
    const named: Statement<unknown> = { ...raw('select size from shoes'), name: 'shoes' }
    await database.asOwner([ignored('create table shoes (size integer)'), ignored('insert into shoes values (42)')])
    expect(await database.asOwner([named])).toEqual([[['42']]])
    await database.asOwner([ignored(`alter table shoes alter size type text using size || ' EU'`)])
    expect(await database.asOwner([named])).toEqual([[['42 EU']]])
  })
})

describe('a parameter', () => {
  const echoed = async (type: string, value: SqlValue) =>
    (await rowsOf(database, `select $1::${type}`, [value]))[0]?.[0]

  test.each<[string, SqlValue, string | null]>([
    ['text', '', ''],
    ['text', null, null],
    ['text', `it's "quoted" \\ and \\\\ {braced}, NULL`, `it's "quoted" \\ and \\\\ {braced}, NULL`],
    ['text', 'İſß\u{1F600}\uFFFF\u{10FFFF}עב\u0001', 'İſß\u{1F600}\uFFFF\u{10FFFF}עב\u0001'],
    ['bigint', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['bigint', -1, '-1'],
    ['numeric', 1e21, '1000000000000000000000'],
    ['boolean', true, 't'],
    ['boolean', false, 'f'],
    ['bigint', null, null],
    ['text[]', null, null],
    ['text[]', [], '{}'],
  ])('of %s holds %j', async (type, value, expected) => {
    expect(await echoed(type, value)).toBe(expected)
  })

  const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'))

  test('holds any text and any list of texts', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(text), async (one, many) => {
        const [[same], items] = await database.asOwner([
          raw('select $1::text', [one]),
          raw('select item from unnest($1::text[]) with ordinality as list (item, place) order by place', [many]),
        ])
        expect(same).toEqual([one])
        expect(items).toEqual(many.map((item) => [item]))
      }),
      { numRuns: 100 },
    )
  })
})
