import { parseFilter, parsePath, userResourceType } from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditEventsOf } from '../../src/store/audit.ts'
import type { Transaction } from '../../src/store/database.ts'
import { enterByKey, revokeKeysOf, touchKey } from '../../src/store/keys.ts'
import { type SqlValue, type Statement, toWire } from '../../src/store/statement.ts'
import { countSelected, queryUsers } from '../../src/store/user-query.ts'
import {
  countUsers,
  lockUser,
  replaceValues,
  userById,
  usersAfter,
  usersFrom,
  usersWith,
} from '../../src/store/users.ts'
import { type TestStore, type TestTenant, ignored, openTestStore, raw, userRecord } from '../support/store.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
  await fill(store.a, 20_000)
  await fill(store.b, 2000)
  for (const table of ['users', 'user_values', 'application_keys', 'audit_events']) {
    await store.database.asOwner([ignored(`vacuum (analyze) ${table}`)])
  }
})
afterAll(() => store.close())

/** Many people at once, as large as real ones and half of them active, each with a key and an event. */
async function fill({ orgId }: TestTenant, count: number): Promise<void> {
  const id = `md5($1::text || n)::uuid`
  await store.database.asOwner([
    ignored(
      `insert into users (org_id, id, user_name_key, external_id, active, version, created_at, updated_at, resource, search)
        select $1::uuid, ${id}, 'user' || n, 'x' || n, n % 2 = 0, 1, now() - n * interval '1 minute', now() - n * interval '1 minute',
          repeat('x', 1300), jsonb_build_object('displayName', 'user ' || n, 'emails', jsonb_build_array(
            jsonb_build_object('type', 'work', 'value', 'user' || n || '@example.com', 'primary', true)))
        from generate_series(1, ${count}) n`,
      [orgId],
    ),
    ignored(
      `insert into user_values (org_id, attribute, value_key, user_id)
        select $1::uuid, 'emails.value', 'user' || n || '@example.com', ${id} from generate_series(1, ${count}) n
        union all select $1::uuid, 'userName', 'user' || n, ${id} from generate_series(1, ${count}) n`,
      [orgId],
    ),
    ignored(
      `insert into application_keys (org_id, id, hash, last4, name, owner_type, owner_id, created_at)
        select $1::uuid, ${id}, md5($1::text || n), 'last', 'key', 'user', ${id}, now() from generate_series(1, ${count}) n`,
      [orgId],
    ),
    ignored(
      `insert into audit_events (org_id, id, at, actor_type, actor_id, action, target_type, target_id, request_id)
        select $1::uuid, ${id}, now(), 'system', 'test', 'user.created', 'user', ${id}, 'r' from generate_series(1, ${count}) n`,
      [orgId],
    ),
  ])
}

const someone = '00000000-0000-7000-8000-000000000000'
const owner = { type: 'user', id: someone } as const
const user = userRecord({ emails: [{ value: 'user1@example.com' }] })

const filtered =
  (filter: string, sortBy?: string) =>
  ({ orgId }: TestTenant): readonly Statement<unknown>[] => {
    const scope = { orgId, locationPrefix: 'https://rollcall.example.com/Users/' }
    const parsed = parseFilter(userResourceType, filter)
    const sort = sortBy === undefined ? undefined : { by: parsePath(userResourceType, sortBy), descending: false }
    return [
      queryUsers(scope, { filter: parsed, sort, offset: 0, limit: 100 }),
      countSelected(scope, { filter: parsed }),
    ]
  }

const named: Readonly<Record<string, (tenant: TestTenant) => readonly Statement<unknown>[]>> = {
  'a person by id': ({ orgId }) => [userById(orgId, someone)],
  'a person under lock': ({ orgId }) => [lockUser(orgId, someone)],
  'people with a userName': ({ orgId }) => [usersWith(orgId, 'user_name_key', 'user77', 100)],
  'people with an externalId': ({ orgId }) => [usersWith(orgId, 'external_id', 'x77', 100)],
  'people with an id': ({ orgId }) => [usersWith(orgId, 'id', someone, 100)],
  'the first page': ({ orgId }) => [usersAfter(orgId, undefined, 100)],
  'a page after a person': ({ orgId }) => [usersAfter(orgId, someone, 100)],
  'a page after many': ({ orgId }) => [usersFrom(orgId, 1500, 100)],
  'how many there are': ({ orgId }) => [countUsers(orgId)],
  "a person's values replaced": ({ orgId }) => replaceValues(orgId, user),
  "a key's last use": ({ orgId }) => [touchKey(orgId, someone, new Date())],
  'keys revoked': ({ orgId }) => [revokeKeysOf(orgId, owner, new Date())],
  'events of a person': ({ orgId }) => [auditEventsOf(orgId, someone)],
}

const free: Readonly<Record<string, (tenant: TestTenant) => readonly Statement<unknown>[]>> = {
  'userName eq': filtered('userName eq "user77"'),
  'userName sw': filtered('userName sw "user777"'),
  'externalId eq': filtered('externalId eq "x77"'),
  'id eq': filtered(`id eq "${someone}"`),
  'emails.value eq': filtered('emails.value eq "user77@example.com"'),
  'emails eq': filtered('emails eq "user77@example.com"'),
  'emails[type and value]': filtered('emails[type eq "work" and value eq "user77@example.com"]'),
  'emails[type].value': filtered('emails[type eq "work"].value eq "user77@example.com"'),
  'userName or an e-mail': filtered('userName eq "user77" or emails.value eq "user77@example.com"'),
  'active eq true': filtered('active eq true'),
  'active eq false': filtered('active eq false'),
  'active and a userName': filtered('active eq true and userName eq "user77"'),
  'meta.lastModified gt': filtered(`meta.lastModified gt "${new Date(Date.now() - 60 * 60 * 1000).toISOString()}"`),
  'meta.lastModified gt, in its order': filtered(
    `meta.lastModified gt "${new Date(Date.now() - 60_000).toISOString()}"`,
    'meta.lastModified',
  ),
}

describe.each(['a', 'b'] as const)(
  'in an organization of 20,000 or 2,000 people (%s), no table is read from end to end',
  (which) => {
    test.each(Object.entries({ ...named, ...free }))('for %s', async (_, statementsOf) => {
      const tenant = store[which]
      for (const statement of statementsOf(tenant)) {
        const plan = await store.database.transaction(tenant.scope, (tx) => planOf(tx, statement))
        expect(problemOf(plan)).toBe('none')
      }
    })

    test.each(Object.entries(named))('for %s, by the plan that serves all parameters', async (_, statementsOf) => {
      const tenant = store[which]
      for (const statement of statementsOf(tenant)) {
        const plan = await store.database.transaction(tenant.scope, (tx) => genericPlanOf(tx, statement))
        expect(problemOf(plan)).toBe('none')
      }
    })
  },
)

describe('for the entry with a key, no table is read from end to end', () => {
  test.each(['auto', 'force_generic_plan'])('%s', async (mode) => {
    const enter = enterByKey('no such hash', { permissions: ['user_access_manage'], plans: ['pro'] })
    const { text, values } = enter
    const [, , explained] = await store.database.asOwner([
      ignored(`select set_config('plan_cache_mode', $1, true)`, [mode]),
      ignored(`prepare entry as ${text}`),
      raw(`explain (format json) execute entry (${values.map(literal).join(', ')})`),
      ignored('deallocate entry'),
    ])
    const plan: unknown = JSON.parse(String(explained[0]?.[0]))
    expect(problemOf(plan)).toBe('none')
  })
})

async function planOf(tx: Transaction, { text, values }: Statement<unknown>): Promise<unknown> {
  const [row] = await tx.run(raw(`explain (format json) ${text}`, values))
  return JSON.parse(String(row?.[0]))
}

/** The plan of a named statement that PostgreSQL keeps once it has been used a few times. */
async function genericPlanOf(tx: Transaction, { text, values }: Statement<unknown>): Promise<unknown> {
  tx.queue(ignored(`select set_config('plan_cache_mode', 'force_generic_plan', true)`))
  tx.queue(ignored(`prepare generic as ${text}`))
  const [row] = await tx.run(raw(`explain (format json) execute generic (${values.map(literal).join(', ')})`))
  await tx.run(ignored('deallocate generic'))
  return JSON.parse(String(row?.[0]))
}

const literal = (value: SqlValue): string => {
  const wire = toWire(value)
  return wire === null ? 'null' : `'${wire.replaceAll("'", "''")}'`
}

const watched = new Set(['users', 'user_values', 'application_keys', 'audit_events'])

const problemOf = (plan: unknown): string => (scansOf(plan).length > 0 ? JSON.stringify(plan, undefined, 1) : 'none')

/** The large tables that a plan reads from end to end. */
function scansOf(plan: unknown): readonly unknown[] {
  if (Array.isArray(plan)) return plan.flatMap(scansOf)
  if (typeof plan !== 'object' || plan === null) return []
  const node = new Map<string, unknown>(Object.entries(plan))
  const table = node.get('Relation Name')
  const own = node.get('Node Type') === 'Seq Scan' && watched.has(String(table)) ? [table] : []
  return [...own, ...[...node.values()].flatMap(scansOf)]
}
