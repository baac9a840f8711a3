import {
  type ListQuery,
  type Resource,
  ScimError,
  parseListQuery,
  readResource,
  userResourceType,
} from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type UserList, userList } from '../../src/directory/user-list.ts'
import { type Change, changeUser, createUser, removeUser } from '../../src/directory/users.ts'
import { auditEventsOf } from '../../src/store/audit.ts'
import type { Database } from '../../src/store/database.ts'
import { countUsers, userById } from '../../src/store/users.ts'
import { coreUser } from '../support/server.ts'
import {
  type Attributes,
  type TestStore,
  type TestTenant,
  addUsers,
  openTestStore,
  rowsOf,
  tester,
  userRecord,
} from '../support/store.ts'

let store: TestStore
let database: Database
beforeAll(async () => {
  store = await openTestStore()
  database = store.database
})
afterAll(() => store.close())

const at = new Date('2026-01-31T08:00:00.000Z')
const changeOf = ({ scope }: TestTenant): Change => ({ scope, actor: tester, requestId: 'request', at })
const body = (attributes: Attributes): Resource =>
  readResource(userResourceType, { schemas: [coreUser], ...attributes })
const create = (tenant: TestTenant, attributes: Attributes) => createUser(database, changeOf(tenant), body(attributes))
const remove = (tenant: TestTenant, id: string) => removeUser(database, changeOf(tenant), id, () => undefined)
const change = (tenant: TestTenant, id: string, attributes: Attributes) =>
  changeUser(database, changeOf(tenant), id, {
    precondition: () => undefined,
    decide: (current) => ({ ...current, ...attributes }),
  })

const countsOf = async ({ orgId, scope }: TestTenant) => (await database.batch(scope, [countUsers(orgId)]))[0][0]

describe('the number of people', () => {
  test('is exact when thirty are made and twenty deleted at the same time', async () => {
    const tenant = await store.organization()
    const first = await Promise.all(Array.from({ length: 20 }, (_, i) => create(tenant, { userName: `first-${i}` })))
    await Promise.all([
      ...Array.from({ length: 30 }, (_, i) => create(tenant, { userName: `second-${i}` })),
      ...first.map(({ id }) => remove(tenant, id)),
    ])
    expect(await countsOf(tenant)).toEqual({ users: 30, deletions: 20 })
    expect(await rowsOf(database, 'select count(*) from users where org_id = $1', [tenant.orgId])).toEqual([['30']])
  })

  test('does not change when a change is refused', async () => {
    const tenant = await store.organization()
    await create(tenant, { userName: 'ann' })
    await expect(create(tenant, { userName: 'ANN' })).rejects.toMatchObject({ scimType: 'uniqueness' })
    await expect(remove(tenant, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ status: 404 })
    expect(await countsOf(tenant)).toEqual({ users: 1, deletions: 0 })
  })
})

describe('a userName', () => {
  test('is given to one of twenty who want it at the same time', async () => {
    const tenant = await store.organization()
    const spellings = ['ann', 'Ann', 'ANN', 'ａnn']
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => create(tenant, { userName: spellings[i % spellings.length] ?? '' })),
    )
    const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
    expect(refusals).toHaveLength(19)
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(ScimError)
      expect(refusal).toMatchObject({ status: 409, scimType: 'uniqueness' })
    }
  })

  test('cannot become that of somebody else, and nothing of such a change stays', async () => {
    const tenant = await store.organization()
    await create(tenant, { userName: 'ann' })
    const ben = await create(tenant, { userName: 'ben', emails: [{ value: 'ben@example.com' }] })
    const wanted = { userName: 'ANN', emails: [{ value: 'ann@example.com' }] }
    await expect(change(tenant, ben.id, wanted)).rejects.toMatchObject({ status: 409, scimType: 'uniqueness' })

    const [[found], events] = await database.batch(tenant.scope, [
      userById(tenant.orgId, ben.id),
      auditEventsOf(tenant.orgId, ben.id),
    ])
    expect(ben).toMatchObject(found ?? {})
    expect(events.map(({ action }) => action)).toEqual(['user.created'])
    expect(await valuesOf(tenant, ben.id)).toEqual([
      ['userName', 'ben'],
      ['emails.value', 'ben@example.com'],
    ])
  })

  test('is free again after a deletion, and the same in another organization at any time', async () => {
    const tenant = await store.organization()
    const first = await create(tenant, { userName: 'ann' })
    await create(await store.organization(), { userName: 'ann' })
    await remove(tenant, first.id)
    const second = await create(tenant, { userName: 'ann' })
    expect(second.id).not.toBe(first.id)
  })
})

const valuesOf = ({ orgId }: TestTenant, id: string) =>
  rowsOf(database, 'select attribute, value_key from user_values where org_id = $1 and user_id = $2 order by 2', [
    orgId,
    id,
  ])

describe('a deletion', () => {
  test('leaves a tombstone that says who it was, and nothing else', async () => {
    const tenant = await store.organization()
    const ann = await create(tenant, { userName: 'Ann', emails: [{ value: 'ann@example.com' }] })
    const changed = await change(tenant, ann.id, { title: 'Admin' })
    await remove(tenant, ann.id)

    const tombstones = await rowsOf(
      database,
      `select id, user_name_key, version, created_at = $2, deleted_at = $2, resource from deleted_users where org_id = $1`,
      [tenant.orgId, at.toISOString()],
    )
    expect(tombstones).toEqual([[ann.id, 'ann', '2', 't', 't', changed.resource]])
    expect(await rowsOf(database, 'select 1 from users where org_id = $1', [tenant.orgId])).toEqual([])
    expect(await valuesOf(tenant, ann.id)).toEqual([])
    const [events] = await database.batch(tenant.scope, [auditEventsOf(tenant.orgId, ann.id)])
    expect(events.map(({ action }) => action)).toEqual(['user.created', 'user.updated', 'user.deleted'])
  })

  test('happens once when ten ask for it at the same time', async () => {
    const tenant = await store.organization()
    const ann = await create(tenant, { userName: 'ann' })
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => remove(tenant, ann.id)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await countsOf(tenant)).toEqual({ users: 0, deletions: 1 })
  })
})

describe('the looked-up values', () => {
  test('are the present user name and e-mail addresses, by their keys and each once', async () => {
    const tenant = await store.organization()
    const ann = await create(tenant, {
      userName: 'ann',
      emails: [{ value: 'Ann@Example.com', type: 'work' }, { value: 'ANN@example.com' }],
    })
    expect(await valuesOf(tenant, ann.id)).toEqual([
      ['userName', 'ann'],
      ['emails.value', 'ann@example.com'],
    ])
    await change(tenant, ann.id, { emails: [{ value: 'b@example.com' }, { value: 'a@example.com' }] })
    expect(await valuesOf(tenant, ann.id)).toEqual([
      ['emails.value', 'a@example.com'],
      ['userName', 'ann'],
      ['emails.value', 'b@example.com'],
    ])
    await change(tenant, ann.id, { userName: 'Anna' })
    expect(await valuesOf(tenant, ann.id)).toContainEqual(['userName', 'anna'])
    await change(tenant, ann.id, { title: 'Admin' })
    expect(await valuesOf(tenant, ann.id)).toHaveLength(3)
    await change(tenant, ann.id, { emails: [] })
    expect(await valuesOf(tenant, ann.id)).toEqual([['userName', 'anna']])
  })
})

describe('version and lastModified', () => {
  test('count on strictly through changes at the same time and at the same moment of the clock', async () => {
    const tenant = await store.organization()
    const ann = await create(tenant, { userName: 'ann' })
    const changes = await Promise.all(
      Array.from({ length: 15 }, (_, i) => change(tenant, ann.id, { title: `title ${i}` })),
    )

    const inOrder = changes.toSorted((a, b) => a.version - b.version)
    expect(inOrder.map(({ version }) => version)).toEqual(Array.from({ length: 15 }, (_, i) => i + 2))
    expect(inOrder.map(({ updatedAt }) => updatedAt.getTime())).toEqual(
      Array.from({ length: 15 }, (_, i) => at.getTime() + i + 1),
    )
    const [[stored]] = await database.batch(tenant.scope, [userById(tenant.orgId, ann.id)])
    expect(inOrder.at(-1)).toMatchObject(stored ?? {})
  })

  test('are those of the stored row when nothing is to change', async () => {
    const tenant = await store.organization()
    const ann = await create(tenant, { userName: 'ann' })
    const same = await changeUser(database, changeOf(tenant), ann.id, {
      precondition: () => undefined,
      decide: (current) => current,
    })
    expect(ann).toMatchObject(same)
  })
})

describe('a list of everybody', () => {
  const page = (list: UserList, { scope }: TestTenant, startIndex: number, count: number) =>
    list.page(scope, { ...query, startIndex, count })
  const query: ListQuery = parseListQuery(userResourceType, {})

  async function manyPeople(count: number): Promise<{ tenant: TestTenant; list: UserList; ids: string[] }> {
    const tenant = await store.organization()
    const users = Array.from({ length: count }, () => userRecord({}))
    await addUsers(database, tenant, users)
    return { tenant, list: userList(database, ''), ids: users.map(({ id }) => id).toSorted() }
  }

  /** All pages from the first to the last, with something done between them. */
  async function walk(tenant: TestTenant, list: UserList, count: number, between = async () => {}): Promise<string[]> {
    const seen: string[] = []
    for (;;) {
      const { totalResults, users } = await page(list, tenant, seen.length + 1, count)
      seen.push(...users.map(({ id }) => id))
      if (users.length === 0 || seen.length >= totalResults) return seen
      await between()
    }
  }

  test.each([1, 7, 10, 30, 31, 1000])('shows everybody once in pages of %i', async (count) => {
    const { tenant, list, ids } = await manyPeople(30)
    expect(await walk(tenant, list, count)).toEqual(ids)
    expect(await walk(tenant, list, count)).toEqual(ids)
  })

  test('begins anywhere, whoever has read before', async () => {
    const { tenant, list, ids } = await manyPeople(30)
    for (const [startIndex, count] of [
      [11, 5],
      [1, 10],
      [11, 10],
      [4, 10],
      [30, 10],
      [31, 10],
      [900, 10],
      [16, 3],
      [1, 0],
    ] as const) {
      const { totalResults, users } = await page(list, tenant, startIndex, count)
      expect(totalResults).toBe(30)
      expect(users.map(({ id }) => id)).toEqual(ids.slice(startIndex - 1, startIndex - 1 + count))
    }
  })

  test('counts places anew when somebody was deleted between two pages', async () => {
    const { tenant, list, ids } = await manyPeople(30)
    await page(list, tenant, 1, 10)
    const [gone, ...left] = ids
    await remove(tenant, gone ?? '')

    const second = await page(list, tenant, 11, 10)
    expect(second.totalResults).toBe(29)
    expect(second.users.map(({ id }) => id)).toEqual(left.slice(10, 20))
    const third = await page(list, tenant, 21, 10)
    expect(third.users.map(({ id }) => id)).toEqual(left.slice(20, 30))
  })

  test('shows everybody who was there all the time once, while others come', async () => {
    const { tenant, list, ids } = await manyPeople(40)
    const seen = await walk(tenant, list, 7, () => addUsers(database, tenant, [userRecord({})]))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.slice(0, ids.length)).toEqual(ids)
  })

  test('shows nobody twice when somebody comes whose id sorts before a page that was read', async () => {
    const { tenant, list, ids } = await manyPeople(20)
    await page(list, tenant, 1, 10)
    await addUsers(database, tenant, [userRecord({}, { id: '00000000-0000-7000-8000-000000000000' })])
    const { users } = await page(list, tenant, 11, 10)
    expect(users.map(({ id }) => id)).toEqual(ids.slice(10))
  })

  test('is that of one organization, whoever reads at the same places', async () => {
    const { tenant, list, ids } = await manyPeople(20)
    const other = await manyPeople(20)
    await page(list, other.tenant, 1, 10)
    await page(list, tenant, 1, 10)
    expect((await page(list, other.tenant, 11, 10)).users.map(({ id }) => id)).toEqual(other.ids.slice(10))
    expect((await page(list, tenant, 11, 10)).users.map(({ id }) => id)).toEqual(ids.slice(10))
  })
})

describe('a list by one value', () => {
  test.each([
    ['externalId eq "team"', 130],
    ['userName eq "only one"', 1],
    ['userName eq "nobody"', 0],
    ['id eq "nobody"', 0],
  ])('has everybody with %s: %i', async (filter, total) => {
    const tenant = await store.organization()
    const list = userList(database, '')
    const team = Array.from({ length: 130 }, () => userRecord({ externalId: 'team' }))
    await addUsers(database, tenant, [...team, userRecord({ userName: 'Only One' })])

    const whole = await list.page(tenant.scope, parseListQuery(userResourceType, { filter, count: '1000' }))
    expect([whole.totalResults, whole.users.length]).toEqual([total, total])
    const part = await list.page(
      tenant.scope,
      parseListQuery(userResourceType, { filter, startIndex: '100', count: '7' }),
    )
    expect(part.totalResults).toBe(total)
    expect(part.users).toEqual(whole.users.slice(99, 106))
    const none = await list.page(tenant.scope, parseListQuery(userResourceType, { filter, count: '0' }))
    expect(none).toEqual({ totalResults: total, users: [] })
  })
})
