import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseFilter, parsePath, userResourceType } from '@rollcall/scim'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as audit from '../../src/store/audit.ts'
import type { Database } from '../../src/store/database.ts'
import * as keys from '../../src/store/keys.ts'
import { insertSetupLink } from '../../src/store/operators.ts'
import { isolationRole } from '../../src/store/scope.ts'
import * as serviceAccounts from '../../src/store/service-accounts.ts'
import type { Statement } from '../../src/store/statement.ts'
import * as userQuery from '../../src/store/user-query.ts'
import * as users from '../../src/store/users.ts'
import {
  type TestStore,
  type TestTenant,
  ignored,
  openTestStore,
  raw,
  rowsOf,
  tester,
  userRecord,
} from '../support/store.ts'

const id = uuidv7()
const at = new Date('2026-01-31T08:00:00Z')
const later = new Date('2026-02-28T08:00:00Z')
const owner = { type: 'service_account', id } as const
const account = { id, name: 'Okta', email: '', active: true, permissions: [], createdAt: at }
const event = { id, at, actor: tester, action: 'user.created', targetType: 'user', targetId: id, requestId: 'r' }

/** One row of each kind for an organization; the ids are the same in every organization, so that only it differs. */
const twin = (mark: string) =>
  userRecord({ userName: 'ann', externalId: 'x', displayName: mark, emails: [{ value: 'ann@example.com' }] }, { id })

let hashes = 0
const key = (keyId: string) => {
  hashes += 1
  return { id: keyId, hash: `hash ${hashes}`, last4: 'last', name: 'Okta', owner, createdAt: at }
}

async function fill(database: Database, { orgId, scope }: TestTenant, mark: string): Promise<void> {
  const buried = userRecord({ userName: 'ben' })
  await database.batch(scope, [
    ...users.insertUser(orgId, twin(mark)),
    ...users.insertUser(orgId, buried),
    ...users.deleteUser(orgId, buried.id, at),
    serviceAccounts.insertServiceAccount(orgId, account),
    keys.insertKey(orgId, key(id)),
    audit.insertAuditEvent(orgId, event),
  ])
  await database.asOwner([insertSetupLink(orgId, { hash: `link ${orgId}` }, at, later)])
}

const changed = () =>
  userRecord({ userName: 'ann', displayName: 'changed', emails: [{ value: 'eve@example.com' }] }, { id, version: 2 })
const everybody = parseFilter(userResourceType, 'emails.value eq "ann@example.com" or not (userName eq "")')
const inOrder = { by: parsePath(userResourceType, 'userName'), descending: false }

/** What each function of the store that takes an organization sends; a new one must be put in. */
const statementsOf: Readonly<Record<string, (orgId: TestTenant['orgId']) => readonly Statement<unknown>[]>> = {
  userById: (orgId) => [users.userById(orgId, id)],
  lockUser: (orgId) => [users.lockUser(orgId, id)],
  usersWith: (orgId) => [
    users.usersWith(orgId, 'id', id, 9),
    users.usersWith(orgId, 'user_name_key', 'ann', 9),
    users.usersWith(orgId, 'external_id', 'x', 9),
  ],
  usersAfter: (orgId) => [users.usersAfter(orgId, undefined, 9)],
  usersFrom: (orgId) => [users.usersFrom(orgId, 0, 9)],
  countUsers: (orgId) => [users.countUsers(orgId)],
  insertUser: (orgId) => users.insertUser(orgId, userRecord({ userName: 'eve' })),
  updateUser: (orgId) => users.updateUser(orgId, twin(''), changed()),
  replaceValues: (orgId) => users.replaceValues(orgId, { ...changed(), values: [] }),
  deleteUser: (orgId) => users.deleteUser(orgId, id, at),
  queryUsers: (orgId) => [
    userQuery.queryUsers({ orgId, locationPrefix: '' }, { filter: everybody, sort: inOrder, offset: 0, limit: 9 }),
  ],
  countSelected: (orgId) => [userQuery.countSelected({ orgId, locationPrefix: '' }, { filter: everybody })],
  insertKey: (orgId) => [keys.insertKey(orgId, key(uuidv7()))],
  revokeKey: (orgId) => [keys.revokeKey(orgId, id, at)],
  revokeKeysOf: (orgId) => [keys.revokeKeysOf(orgId, owner, at)],
  touchKey: (orgId) => [keys.touchKey(orgId, id, at)],
  insertServiceAccount: (orgId) => [serviceAccounts.insertServiceAccount(orgId, { ...account, id: uuidv7() })],
  setServiceAccountActive: (orgId) => [serviceAccounts.setServiceAccountActive(orgId, id, false, at)],
  insertAuditEvent: (orgId) => [audit.insertAuditEvent(orgId, { ...event, id: uuidv7() })],
  auditEventsOf: (orgId) => [audit.auditEventsOf(orgId, id)],
}

const inserts = new Set(['insertUser', 'insertKey', 'insertServiceAccount', 'insertAuditEvent', 'deleteUser'])

/** All rows of an organization in every table, whatever the role. */
async function rowsOfOrganization(database: Database, { orgId }: TestTenant): Promise<unknown> {
  const tables = await tablesWithOrganization(database)
  const contents = tables.map((table) =>
    raw(`select to_jsonb(t)::text from ${table} t where org_id = $1 order by 1`, [orgId]),
  )
  return await database.asOwner(contents)
}

async function tablesWithOrganization(database: Database): Promise<readonly string[]> {
  const rows = await rowsOf(
    database,
    `select table_name from information_schema.columns
      where column_name = 'org_id' and table_schema = 'public' order by 1`,
  )
  return rows.map(([table]) => String(table))
}

/** Reads that found nothing: no rows, or one that counts none. */
function isNothing(rows: readonly unknown[]): boolean {
  return rows.every((row) => row === undefined || row === 0 || JSON.stringify(row) === '{"users":0,"deletions":0}')
}

test('every function of the store that takes an organization is in the table', () => {
  const notStatements = new Set(['readUser', 'enterByKey', 'keyIdentity'])
  const functions = [users, userQuery, keys, serviceAccounts, audit].flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
  )
  expect(Object.keys(statementsOf).toSorted()).toEqual(functions.filter((name) => !notStatements.has(name)).toSorted())
})

describe('row-level security alone', () => {
  let store: TestStore
  beforeAll(async () => {
    store = await openTestStore({ poolSize: 1 })
    await fill(store.database, store.a, 'a')
    await fill(store.database, store.b, 'b')
  })
  afterAll(() => store.close())

  test.each(Object.entries(statementsOf))('keeps %s of one organization out of another', async (name, statements) => {
    const { database, a, b } = store
    const before = [await rowsOfOrganization(database, a), await rowsOfOrganization(database, b)]
    const sent = database.batch(b.scope, statements(a.orgId))

    if (inserts.has(name)) await expect(sent).rejects.toThrow('a statement named another organization than its scope')
    else expect((await sent).every(isNothing)).toBe(true)
    expect([await rowsOfOrganization(database, a), await rowsOfOrganization(database, b)]).toEqual(before)
  })

  test('lets a scope see the rows of its organization in every table, and no others', async () => {
    const { database, a, b } = store
    const tables = (await tablesWithOrganization(database)).filter((table) => !(table in withoutPolicy))
    expect(tables).toContain('users')
    for (const table of tables) {
      const everywhere = await rowsOf(database, `select distinct org_id from ${table} where org_id in ($1, $2)`, [
        a.orgId,
        b.orgId,
      ])
      // A table in which the test puts nothing would pass unseen.
      expect({ table, organizations: everywhere.length }).toEqual({ table, organizations: 2 })
      for (const { orgId, scope } of [a, b]) {
        const [seen] = await database.batch(scope, [raw(`select distinct org_id from ${table}`)])
        expect({ table, seen }).toEqual({ table, seen: [[orgId]] })
      }
    }
    const [organizations] = await database.batch(a.scope, [raw('select id from organizations')])
    expect(organizations).toEqual([[a.orgId]])
  })

  test('lets a scope without an organization see nothing', async () => {
    const { database, a } = store
    const unbound = { ...a.scope, enter: raw(`select set_config('role', $1, true)`, [isolationRole]) }
    for (const table of [...(await tablesWithOrganization(database)), 'organizations']) {
      if (table in withoutPolicy) continue
      const [seen] = await database.batch(unbound, [raw(`select 1 from ${table}`)])
      expect({ table, seen }).toEqual({ table, seen: [] })
    }
  })

  /** Tables of an organization without a policy, and what keeps them closed instead. */
  const withoutPolicy: Readonly<Record<string, string>> = {
    setup_links: 'looked up by hash before any organization is known; the isolation role has no right to it',
  }

  test('is on and has a policy in every table of an organization, or the isolation role has no right to it', async () => {
    const { database } = store
    const protection = await rowsOf(
      database,
      `select c.relname, c.relrowsecurity, exists (
          select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and p.polpermissive
            and pg_get_expr(p.polqual, p.polrelid) like '%org_id = (NULLIF(current_setting(''rollcall.org_id''%'),
          has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate, references, trigger')
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
      [isolationRole],
    )
    const expected = (await tablesWithOrganization(database)).map((table) =>
      table in withoutPolicy ? [table, 'f', 'f', 'f'] : [table, 't', 't', 't'],
    )
    expect(protection).toEqual(expected)
  })

  test('gives the isolation role no right to a table that is not of one organization', async () => {
    const rows = await rowsOf(
      store.database,
      `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
        and not c.relrowsecurity
        and has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate, references, trigger')`,
      [isolationRole],
    )
    expect(rows).toEqual([])
  })

  test('is for a role that can do nothing else', async () => {
    const { database } = store
    const [role] = await rowsOf(
      database,
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
          has_schema_privilege(oid, 'public', 'create'), has_database_privilege(oid, current_database(), 'create')
        from pg_roles where rolname = $1`,
      [isolationRole],
    )
    expect(role).toEqual(['f', 'f', 'f', 'f', 'f', 'f', 'f', 'f'])

    const memberships = await rowsOf(
      database,
      `select roleid::regrole from pg_auth_members where member = $1::regrole`,
      [isolationRole],
    )
    expect(memberships).toEqual([])
    const owned = await rowsOf(
      database,
      `select relname::text from pg_class where relowner = $1::regrole
        union all select proname::text from pg_proc where proowner = $1::regrole
        union all select nspname::text from pg_namespace where nspowner = $1::regrole
        union all select datname::text from pg_database where datdba = $1::regrole`,
      [isolationRole],
    )
    expect(owned).toEqual([])
  })

  test.each<[string, (database: Database, tenant: TestTenant) => Promise<unknown>]>([
    ['a batch', (database, { scope }) => database.batch(scope, [raw('select 1')])],
    ['a batch that failed', (database, { scope }) => database.batch(scope, [raw('select 1 / 0')])],
    ['a transaction', (database, { scope }) => database.transaction(scope, (tx) => tx.run(raw('select 1')))],
    [
      'a transaction that failed',
      (database, { scope }) => database.transaction(scope, (tx) => tx.run(raw('select 1 / 0'))),
    ],
    [
      'a transaction that was called off',
      (database, { scope }) =>
        database.transaction(scope, async (tx) => {
          await tx.run(raw('select 1'))
          throw new Error('called off')
        }),
    ],
  ])('leaves neither role nor organization on the connection after %s', async (_, work) => {
    const { database, a } = store
    await work(database, a).catch(() => undefined)
    const [session] = await rowsOf(
      database,
      `select current_user = session_user, coalesce(current_setting('rollcall.org_id', true), '')`,
    )
    expect(session).toEqual(['t', ''])
  })

  test('binds the role and the organization of the scope while it works', async () => {
    const session = raw(`select current_user, current_setting('rollcall.org_id')`)
    const { database, a, b } = store
    expect(await database.batch(a.scope, [session])).toEqual([[[isolationRole, a.orgId]]])
    expect(await database.transaction(b.scope, (tx) => tx.run(session))).toEqual([[isolationRole, b.orgId]])
  })
})

describe('the predicate alone', () => {
  let store: TestStore
  beforeAll(async () => {
    store = await openTestStore({ poolSize: 1 })
    const { database } = store
    const tables = await tablesWithOrganization(database)
    await database.asOwner(tables.map((table) => ignored(`alter table ${table} disable row level security`)))
  })
  afterAll(() => store.close())

  test.each(Object.entries(statementsOf))('keeps %s in its organization', async (_, statements) => {
    const { database } = store
    const [a, b] = [await store.organization(), await store.organization()]
    await fill(database, a, 'a')
    await fill(database, b, 'b')
    const before = await rowsOfOrganization(database, a)

    const read = await database.batch(b.scope, statements(b.orgId))
    expect(await rowsOfOrganization(database, a)).toEqual(before)
    expect(JSON.stringify(read)).not.toContain(JSON.stringify('"displayName":"a"').slice(1, -1))
    expect(read.flat().filter((row) => row !== undefined).length).toBeLessThanOrEqual(statements(b.orgId).length)
  })

  test('counts the people of one organization', async () => {
    const { database } = store
    const [a, b] = [await store.organization(), await store.organization()]
    await fill(database, a, 'a')
    await fill(database, b, 'b')
    const counts = [
      ...(statementsOf['countUsers']?.(b.orgId) ?? []),
      ...(statementsOf['countSelected']?.(b.orgId) ?? []),
    ]
    expect(await database.batch(b.scope, counts)).toEqual([[{ users: 1, deletions: 1 }], [1]])
  })

  test('would not be tested here with row-level security on', async () => {
    const { database, a, b } = store
    await fill(database, a, 'a')
    const [seen] = await database.batch(b.scope, [raw('select id from users where org_id = $1', [a.orgId])])
    expect(seen).toEqual([[id]])
  })
})

describe('the source', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url))

  /** The files below src in whose text the pattern stands. */
  async function filesWith(pattern: RegExp): Promise<readonly string[]> {
    const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'))
    const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')))
    return names.filter((_, i) => pattern.test(texts[i] ?? '')).toSorted()
  }

  test('works as the owner of the tables in these files alone', async () => {
    const reasons: Readonly<Record<string, string>> = {
      'access/application-keys.ts': 'finds out which organization a key belongs to',
      'api/operator.ts': 'operators stand above organizations',
      'directory/organizations.ts': 'makes, changes and deletes whole organizations',
      'setup.ts': 'finds out which organization a set-up link belongs to',
      'store/database.ts': 'defines it',
      'store/maintenance.ts': 'vacuums',
      'store/migrate.ts': 'makes the tables',
    }
    expect(await filesWith(/asOwner/)).toEqual(Object.keys(reasons).toSorted())
  })

  test('changes roles in these files alone', async () => {
    const reasons: Readonly<Record<string, string>> = {
      'store/embedded/engine.ts': 'clears the session before a connection gets it',
      'store/keys.ts': 'enters an organization with a key',
      'store/migrate.ts': 'tries whether the role can be taken',
      'store/scope.ts': 'enters an organization for the server itself',
    }
    const roles =
      /set_config\('role'|\bset\s+(local\s+|session\s+)?role\b|\breset\s+(role|all)\b|session\s+authorization|discard\s+all/i
    expect(await filesWith(roles)).toEqual(Object.keys(reasons))
  })

  test('binds an organization in these files alone', async () => {
    expect(await filesWith(/set_config\('\$\{organizationSetting\}'|rollcall\.org_id/)).toEqual([
      'store/keys.ts',
      'store/scope.ts',
    ])
  })
})
