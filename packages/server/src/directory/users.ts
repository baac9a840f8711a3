import {
  type Resource,
  type ScimError,
  invalidValue,
  notFound,
  sameJson,
  userResourceType,
  usernameKey,
} from '@rollcall/scim'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Transaction } from '../store/database.ts'
import { revokeKeysOf } from '../store/keys.ts'
import type { OrganizationId, Scope } from '../store/scope.ts'
import { indexedValues, searchDocument } from '../store/search-document.ts'
import {
  type UserRecord,
  type UserRow,
  deleteUser,
  insertUser,
  lockUser,
  replaceValues,
  updateUser,
} from '../store/users.ts'
import { type Occasion, audited } from './audited.ts'
import { changedAttributes } from './changes.ts'
import { withoutStaleFormattedName } from './names.ts'

/** One change of the people of one organization. */
export type Change = Occasion & { readonly scope: Scope }

/** Looks at a person before anything is decided; throws to refuse. */
export type Precondition = (user: UserRow) => void

/**
 * Makes a person: active unless the resource says otherwise, with an id of this server.
 *
 * @param resource canonical, without id and meta
 * @throws ScimError uniqueness, invalidValue
 */
export async function createUser(database: Database, change: Change, resource: Resource): Promise<UserRow> {
  const { scope, at } = change
  const user = recordOf(
    { ...resource, active: resource.active ?? true },
    { id: uuidv7(), version: 1, createdAt: at, updatedAt: at },
  )
  await database.batch(scope, [...insertUser(scope.orgId, user), userAudited(change, 'user.created', user.id)])
  return user
}

/**
 * Changes a person. `decide` gives the next state from the present one, which nobody else can change meanwhile; the
 * same object means that nothing is to change, and then version and lastModified stay.
 *
 * @throws ScimError notFound, uniqueness, and whatever `precondition` and `decide` throw
 */
export async function changeUser(
  database: Database,
  change: Change,
  id: string,
  { precondition, decide }: { readonly precondition: Precondition; readonly decide: (current: Resource) => Resource },
): Promise<UserRow> {
  const { orgId } = change.scope
  return await database.transaction(change.scope, async (tx) => {
    const before = await lockedUser(tx, orgId, id)
    precondition(before)
    const current = resourceOf(before)
    const decided = decide(current)
    if (decided === current) return before

    const next = keepingActive(current, withoutStaleFormattedName(current, decided))
    if (sameJson(current, next)) return before

    const user = recordOf(next, {
      id,
      version: before.version + 1,
      createdAt: before.createdAt,
      updatedAt: laterThan(before.updatedAt, change.at),
    })
    for (const command of updateUser(orgId, before, user)) tx.queue(command)
    if (changesValues(current, next)) for (const command of replaceValues(orgId, user)) tx.queue(command)
    if (before.active && !user.active) tx.queue(revokeKeysOf(orgId, { type: 'user', id }, change.at))
    tx.queue(userAudited(change, actionOf(before, user), id, changedAttributes(current, next)))
    return user
  })
}

/**
 * Takes a person away for good; a tombstone stays and the userName is free again.
 *
 * @throws ScimError notFound, and whatever `precondition` throws
 */
export async function removeUser(
  database: Database,
  change: Change,
  id: string,
  precondition: Precondition,
): Promise<void> {
  const { orgId } = change.scope
  await database.transaction(change.scope, async (tx) => {
    precondition(await lockedUser(tx, orgId, id))
    tx.queue(revokeKeysOf(orgId, { type: 'user', id }, change.at))
    for (const command of deleteUser(orgId, id, change.at)) tx.queue(command)
    tx.queue(userAudited(change, 'user.deleted', id))
  })
}

async function lockedUser(tx: Transaction, orgId: OrganizationId, id: string): Promise<UserRow> {
  const [user] = await tx.run(lockUser(orgId, id))
  if (!user) throw noSuchUser(id)
  return user
}

export const noSuchUser = (id: string): ScimError =>
  notFound(`this organization has no user with the id "${id.slice(0, 100)}"`)

/** The resource of a row as the protocol's functions take it: without id. */
function resourceOf(row: UserRow): Resource {
  const { id: _, ...resource } = JSON.parse(row.resource) as Resource // written by recordOf alone
  return resource
}

// What a client reads it must be able to write back: with meta it fits a body of 1 MiB.
const maxResourceBytes = 1_000_000

function recordOf(resource: Resource, row: Pick<UserRow, 'id' | 'version' | 'createdAt' | 'updatedAt'>): UserRecord {
  const { schemas, ...attributes } = resource
  const text = JSON.stringify({ schemas, id: row.id, ...attributes })
  if (Buffer.byteLength(text) > maxResourceBytes) {
    throw invalidValue(`the user would have more than ${maxResourceBytes} bytes; leave out what is not needed`)
  }
  const search = searchDocument(userResourceType, resource)
  return {
    ...row,
    active: resource.active === true,
    resource: text,
    userNameKey: requiredUserNameKey(resource.userName),
    externalId: typeof resource.externalId === 'string' ? resource.externalId : undefined,
    search: JSON.stringify(search),
    values: indexedValues(search),
  }
}

/** The form of a userName that decides whether two are the same (RFC 8265 §3.3). */
function requiredUserNameKey(userName: unknown): string {
  const key = typeof userName === 'string' ? usernameKey(userName) : undefined
  if (key !== undefined) return key
  throw invalidValue(
    'userName has a character that no user name may have (RFC 8265: letters, digits and the ASCII symbols; ' +
      'no other symbols, no look-alike forms of letters)',
  )
}

/** Taking `active` away says neither yes nor no: it stays what it was, so that nobody is let in or locked out by it. */
function keepingActive(current: Resource, next: Resource): Resource {
  return next.active === undefined ? { ...next, active: current.active ?? true } : next
}

/** Two changes within one millisecond still have their order. */
function laterThan(before: Date, at: Date): Date {
  return at > before ? at : new Date(before.getTime() + 1)
}

const changesValues = (current: Resource, next: Resource) =>
  current.userName !== next.userName || JSON.stringify(current.emails) !== JSON.stringify(next.emails)

function actionOf(before: UserRow, after: UserRow): string {
  if (before.active === after.active) return 'user.updated'
  return after.active ? 'user.activated' : 'user.deactivated'
}

const userAudited = (change: Change, action: string, targetId: string, changes?: string) =>
  audited(change.scope.orgId, change, {
    action,
    targetType: 'user',
    targetId,
    ...(changes !== undefined && { changes }),
  })
