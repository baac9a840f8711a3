import { type Json, type ResourceType, readResource, userResourceType, usernameKey } from '@rollcall/scim'
import { v7 as uuidv7 } from 'uuid'
import type { Actor } from '../../src/store/audit.ts'
import { openDatabase } from '../../src/store/connect.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { insertOrganization } from '../../src/store/organizations.ts'
import { type OrganizationId, type Scope, systemScope } from '../../src/store/scope.ts'
import { indexedValues, searchDocument } from '../../src/store/search-document.ts'
import type { Columns, Command, SqlValue, Statement } from '../../src/store/statement.ts'
import { type UserRecord, insertUser } from '../../src/store/users.ts'
import { type TestDatabase, freshDatabase } from './database.ts'
import { coreUser } from './server.ts'

/** An opened database with all tables and two organizations that know nothing of each other. */
export type TestStore = {
  readonly database: Database
  readonly files: TestDatabase
  readonly a: TestTenant
  readonly b: TestTenant
  /** Makes one more organization, so that tests do not meet. */
  readonly organization: () => Promise<TestTenant>
  readonly close: () => Promise<void>
}

export type TestTenant = { readonly orgId: OrganizationId; readonly scope: Scope }

let subdomains = 0

/** @param over options of the connections to PostgreSQL */
export async function openTestStore(over: { readonly poolSize?: number } = {}): Promise<TestStore> {
  const files = await freshDatabase()
  const database = await openDatabase({ ...files.options, ...over }, fail)
  await migrate(database)
  const organization = () => newTenant(database)
  return {
    database,
    files,
    a: await organization(),
    b: await organization(),
    organization,
    close: async () => {
      await database.close()
      await files.remove()
    },
  }
}

/** For the engine's end, which no test expects. */
export const fail = (error: Error): never => {
  throw error
}

export async function newTenant(database: Database): Promise<TestTenant> {
  subdomains += 1
  const wanted = {
    id: uuidv7(),
    name: 'Acme',
    subdomain: `acme-${subdomains}`,
    plan: 'pro',
    createdAt: new Date(),
  } as const
  const [[made]] = await database.asOwner([insertOrganization(wanted)])
  if (!made) throw new Error('no organization was made')
  return { orgId: made.id, scope: systemScope(made.id) }
}

export type Attributes = { readonly [name: string]: Json }

/** A person with the given attributes, read as a request's body is; the rest is made up and can be said in `row`. */
export function userRecord(
  attributes: Attributes,
  row: Partial<UserRecord> = {},
  type: ResourceType = userResourceType,
): UserRecord {
  const id = row.id ?? uuidv7()
  const resource = readResource(type, { schemas: [coreUser], userName: `user-${id}`, active: true, ...attributes })
  const { userName, externalId } = resource
  const search = searchDocument(type, resource)
  const now = new Date()
  return {
    id,
    version: 1,
    createdAt: now,
    updatedAt: now,
    active: resource['active'] === true,
    resource: JSON.stringify({ ...resource, id }),
    userNameKey: (typeof userName === 'string' && usernameKey(userName)) || '',
    externalId: typeof externalId === 'string' ? externalId : undefined,
    search: JSON.stringify(search),
    values: indexedValues(search),
    ...row,
  }
}

/** Puts people into an organization, each in a transaction of its own. */
export async function addUsers(
  database: Database,
  { orgId, scope }: TestTenant,
  users: readonly UserRecord[],
): Promise<void> {
  for (const user of users) await database.batch(scope, insertUser(orgId, user))
}

/** Any SQL, its rows as the server sends them. */
export const raw = (text: string, values: readonly SqlValue[] = []): Statement<Columns> => ({
  text,
  values,
  read: (columns) => [...columns],
})

/** All rows of one query as the owner of the tables. */
export async function rowsOf(
  database: Database,
  text: string,
  values: readonly SqlValue[] = [],
): Promise<readonly Columns[]> {
  const [rows] = await database.asOwner([raw(text, values)])
  return rows
}

export const ignored = (text: string, values: readonly SqlValue[] = []): Command => ({
  text,
  values,
  read: () => undefined,
})

export const tester: Actor = { type: 'system', id: 'test' }
