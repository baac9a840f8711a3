import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/connect.ts'
import { type Database, DatabaseUnavailable, type Transaction } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import type { Scope } from '../../src/store/scope.ts'
import { insertServiceAccount } from '../../src/store/service-accounts.ts'
import { insertUser, userById } from '../../src/store/users.ts'
import { type TestStore, fail, ignored, openTestStore, raw, rowsOf, userRecord } from '../support/store.ts'

let store: TestStore
let database: Database
beforeAll(async () => {
  store = await openTestStore()
  database = store.database
  await database.asOwner([
    ignored('create table counters (id integer primary key, n integer not null)'),
    ignored('create table steps (at integer primary key, what text not null)'),
    ignored('grant select, insert, update on counters, steps to rollcall_app'),
  ])
})
afterAll(() => store.close())

const onPostgresql = process.env['TEST_DATABASE_URL'] !== undefined
const counter = async (id: number) =>
  Number((await rowsOf(database, 'select n from counters where id = $1', [id]))[0]?.[0])
const newCounter = (id: number) => database.asOwner([ignored('insert into counters values ($1, 0)', [id])])
const count = (id: number) => ignored('update counters set n = n + 1 where id = $1', [id])
const failing = (code: string) => ignored(`do $$ begin raise exception 'made up' using errcode = '${code}'; end $$`)

describe('a transaction', () => {
  test('gives what its work gives, and keeps what it wrote', async () => {
    await newCounter(1)
    const result = await database.transaction(store.a.scope, async (tx) => {
      await tx.run(count(1))
      return 'done'
    })
    expect(result).toBe('done')
    expect(await counter(1)).toBe(1)
  })

  test('sends what is queued before the next statement, in the order of queueing, and the rest at the end', async () => {
    const step = (at: number) => ignored('insert into steps select $1, count(*) from steps', [at])
    await database.transaction(store.a.scope, async (tx) => {
      tx.queue(step(1))
      tx.queue(step(2))
      expect(await tx.run(raw('select at, what from steps order by at'))).toEqual([
        ['1', '0'],
        ['2', '1'],
      ])
      tx.queue(step(3))
      tx.queue(step(4))
    })
    expect(await rowsOf(database, 'select what from steps order by at')).toEqual([['0'], ['1'], ['2'], ['3']])
  })

  test('keeps what was only queued', async () => {
    await newCounter(2)
    await database.transaction(store.a.scope, async (tx) => tx.queue(count(2)))
    expect(await counter(2)).toBe(1)
  })

  test.each<[string, (tx: Transaction) => Promise<unknown>]>([
    ['its work throws', async () => Promise.reject(new Error('changed my mind'))],
    ['a statement fails', (tx) => tx.run(ignored('select 1 / 0'))],
    ['a queued statement fails', async (tx) => tx.queue(ignored('select 1 / 0'))],
    ['a statement fails and its work goes on', (tx) => tx.run(ignored('select 1 / 0')).catch(() => undefined)],
    [
      'a statement fails and its work runs another',
      (tx) => tx.run(ignored('select 1 / 0')).catch(() => tx.run(raw('select 1'))),
    ],
  ])('leaves nothing and fails when %s', async (_, then) => {
    await newCounter(3)
    const work = async (tx: Transaction) => {
      await tx.run(count(3))
      tx.queue(count(3))
      await then(tx)
    }
    await expect(database.transaction(store.a.scope, work)).rejects.toThrow(/changed my mind|division by zero/)
    expect(await counter(3)).toBe(0)
    await database.asOwner([ignored('delete from counters where id = 3')])
  })

  test('leaves nothing open when its first statement fails and its work goes on', async () => {
    const swallowing = (tx: Transaction) => tx.run(ignored('select 1 / 0')).catch(() => undefined)
    await expect(database.transaction(store.a.scope, swallowing)).rejects.toThrow('division by zero')
    await expect(database.transaction(store.a.scope, (tx) => tx.run(raw('select 1')))).resolves.toEqual([['1']])
  })

  test.each(['40001', '40P01', '0A000'])('runs again from the start after %s', async (code) => {
    await database.asOwner([ignored('insert into counters values (4, 0) on conflict (id) do update set n = 0')])
    let attempts = 0
    await database.transaction(store.a.scope, async (tx) => {
      attempts += 1
      await tx.run(count(4))
      if (attempts < 4) await tx.run(failing(code))
    })
    expect(attempts).toBe(4)
    expect(await counter(4)).toBe(1)
  })

  test('gives up after five attempts, and tries other errors once', async () => {
    const attempts: string[] = []
    const failAlways = (code: string) =>
      database.transaction(store.a.scope, async (tx) => {
        attempts.push(code)
        await tx.run(failing(code))
      })
    await expect(failAlways('40001')).rejects.toMatchObject({ code: '40001' })
    await expect(failAlways('22012')).rejects.toMatchObject({ code: '22012' })
    expect(attempts).toEqual(['40001', '40001', '40001', '40001', '40001', '22012'])
  })
})

describe('a scope that is not admitted', () => {
  const revoked = (scope: Scope): Scope => ({
    ...scope,
    enter: { ...raw(`select set_config('role', 'rollcall_app', true), set_config('rollcall.org_id', '', true)`) },
    admit: () => {
      throw new Error('the key is revoked')
    },
  })
  const account = {
    id: crypto.randomUUID(),
    name: 'x',
    email: '',
    active: true,
    permissions: [],
    createdAt: new Date(),
  }

  test('says why to a batch, whether it reads or writes', async () => {
    const { orgId, scope } = store.a
    const write = insertServiceAccount(orgId, account)
    await expect(database.batch(revoked(scope), [raw('select 1')])).rejects.toThrow('the key is revoked')
    await expect(database.batch(revoked(scope), [write])).rejects.toThrow('the key is revoked')
    expect(await rowsOf(database, 'select 1 from service_accounts')).toEqual([])
  })

  test.each<[string, (tx: Transaction) => Promise<unknown>]>([
    ['reads first', (tx) => tx.run(raw('select 1'))],
    ['writes first', (tx) => tx.run(insertServiceAccount(store.a.orgId, account))],
    ['only queues', async (tx) => tx.queue(insertServiceAccount(store.a.orgId, account))],
    ['hides its refusal', (tx) => tx.run(raw('select 1')).catch(() => undefined)],
  ])('says why to a transaction that %s', async (_, work) => {
    await expect(database.transaction(revoked(store.a.scope), work)).rejects.toThrow('the key is revoked')
    expect(await rowsOf(database, 'select 1 from service_accounts')).toEqual([])
  })
})

describe.runIf(onPostgresql)('on PostgreSQL', () => {
  test('two transactions that wait for each other both succeed', async () => {
    await newCounter(11)
    await newCounter(12)
    let attempts = 0
    const both = [gate(), gate()] as const
    const crossing = (own: 0 | 1) =>
      database.transaction(store.a.scope, async (tx) => {
        attempts += 1
        await tx.run(count(11 + own))
        both[own].open()
        await both[1 - own]?.opened
        await tx.run(count(12 - own))
      })
    await Promise.all([crossing(0), crossing(1)])

    expect(attempts).toBe(3)
    expect([await counter(11), await counter(12)]).toEqual([2, 2])
  })

  test('serializable transactions that read what the other writes both succeed', async () => {
    await newCounter(13)
    await newCounter(14)
    const serializable = await openOther({ options: '-c default_transaction_isolation=serializable' })
    let attempts = 0
    const both = [gate(), gate()] as const
    const copying = (own: 0 | 1) =>
      serializable.transaction(store.a.scope, async (tx) => {
        attempts += 1
        const [row] = await tx.run(raw('select n from counters where id = $1', [13 + own]))
        both[own].open()
        await both[1 - own]?.opened
        await tx.run(ignored('update counters set n = $1 + 1 where id = $2', [row?.[0] ?? null, 14 - own]))
      })
    await Promise.all([copying(0), copying(1)])
    await serializable.close()

    expect(attempts).toBeGreaterThan(2)
    expect(new Set([await counter(13), await counter(14)])).toEqual(new Set([1, 2]))
  })

  test('a connection that is cut in the middle of a request is DatabaseUnavailable, and the next request works', async () => {
    const one = await openOther({}, { poolSize: 1 })
    await newCounter(15)
    const cut = one.transaction(store.a.scope, async (tx) => {
      await tx.run(count(15))
      const [pid] = await tx.run(raw('select pg_backend_pid()'))
      const cutting = rowsOf(database, 'select pg_terminate_backend($1)', [pid?.[0] ?? null])
      await Promise.all([tx.run(raw('select pg_sleep(60)')), cutting])
    })
    await expect(cut).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(await counter(15)).toBe(0)
    await expect(one.batch(store.a.scope, [raw('select 1')])).resolves.toEqual([[['1']]])
    await one.close()
  })

  test('a connection that is cut while nobody uses it is not lent again', async () => {
    const one = await openOther({ application_name: 'idle' }, { poolSize: 1 })
    const [[pid]] = await one.asOwner([raw('select pg_backend_pid()')])
    await rowsOf(database, 'select pg_terminate_backend($1, 10000)', [pid?.[0] ?? null])
    // The first may still meet the dead connection, as long as the news is on its way.
    await one.asOwner([raw('select 1')]).catch((error: unknown) => expect(error).toBeInstanceOf(DatabaseUnavailable))
    await expect(one.asOwner([raw('select 1')])).resolves.toEqual([[['1']]])
    await one.close()
  })

  test('works without prepared statements, for poolers that do not keep them', async () => {
    const plain = await openOther({}, { poolSize: 1, prepared: false })
    const user = userRecord({})
    await plain.batch(store.a.scope, insertUser(store.a.orgId, user))
    const [[found]] = await plain.batch(store.a.scope, [userById(store.a.orgId, user.id)])
    expect(found?.id).toBe(user.id)
    await expect(plain.asOwner([raw('select name from pg_prepared_statements')])).resolves.toEqual([[]])
    await plain.close()
  })

  test.each([
    ['nothing listens', 'postgres://postgres@127.0.0.1:1/x', /cannot be reached: .*ECONNREFUSED/],
    [
      'nothing listens on any address of the host',
      'postgres://postgres@localhost:1/x',
      /cannot be reached: .*ECONNREFUSED/,
    ],
    [
      'the database does not exist',
      otherUrl('no_such_database'),
      /cannot be reached: database "no_such_database" does not exist/,
    ],
    ['the host does not exist', 'postgres://postgres@nowhere.invalid/x', /cannot be reached: .*nowhere\.invalid/],
  ])('says at the start when %s', async (_, url, sentence) => {
    const unreachable = await openDatabase({ engine: 'postgresql', url }, fail)
    const started = migrate(unreachable)
    await expect(started).rejects.toBeInstanceOf(DatabaseUnavailable)
    await expect(started).rejects.toThrow(sentence)
    await unreachable.close()
  })

  /** The same database through connections of another kind. */
  async function openOther(
    parameters: Readonly<Record<string, string>>,
    options: { readonly poolSize?: number; readonly prepared?: boolean } = {},
  ): Promise<Database> {
    if (store.files.options.engine !== 'postgresql') throw new Error('these tests are about PostgreSQL')
    const url = new URL(store.files.options.url)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return await openDatabase({ engine: 'postgresql', url: url.href, ...options }, fail)
  }
})

function otherUrl(name: string): string {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? 'postgres://localhost')
  url.pathname = `/${name}`
  return url.href
}

/** Something that happens once, and everybody can wait for. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}
