import { uniqueness } from '@rollcall/scim'
import type { OrganizationId } from './scope.ts'
import { type Columns, type Command, type Statement, flag, ignoreRow, instant, integer, text } from './statement.ts'

/** A person as a read needs it: the answer is made of the text, nothing is parsed. */
export type UserRow = {
  readonly id: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly active: boolean
  /** JSON of the whole resource but `meta`. */
  readonly resource: string
}

/** A person as it is written: the document beside everything that is extracted from it. */
export type UserRecord = UserRow & {
  readonly userNameKey: string
  readonly externalId: string | undefined
  /** JSON of the resource in the form that comparisons use. */
  readonly search: string
  readonly values: readonly UserValue[]
}

/** One value that filters look for, by comparison key. */
export type UserValue = { readonly attribute: string; readonly key: string }

export const userColumns = 'id, version, created_at, updated_at, active, resource'

export function readUser([id, version, createdAt, updatedAt, active, resource]: Columns): UserRow {
  return {
    id: text(id),
    version: integer(version),
    createdAt: instant(createdAt),
    updatedAt: instant(updatedAt),
    active: flag(active),
    resource: text(resource),
  }
}

export function userById(orgId: OrganizationId, id: string): Statement<UserRow> {
  return {
    name: 'users_by_id',
    text: `select ${userColumns} from users where org_id = $1 and id = $2`,
    values: [orgId, id],
    read: readUser,
  }
}

/** Reads a person and keeps every other writer of it waiting until the transaction ends. */
export function lockUser(orgId: OrganizationId, id: string): Statement<UserRow> {
  return {
    name: 'users_lock',
    text: `select ${userColumns} from users where org_id = $1 and id = $2 for update`,
    values: [orgId, id],
    read: readUser,
  }
}

/** The columns by which one person is looked up, each a named statement of its own. */
export type UserLookup = 'id' | 'user_name_key' | 'external_id'

/** The people whose column has just this value, at most `limit` of them in the order of a list. */
export function usersWith(orgId: OrganizationId, column: UserLookup, value: string, limit: number): Statement<UserRow> {
  return {
    name: `users_with_${column}`,
    text: `select ${userColumns} from users where org_id = $1 and ${column} = $2 order by id limit $3`,
    values: [orgId, value, limit],
    read: readUser,
  }
}

/** The next people in the order of a list, after one of them or from the first. */
export function usersAfter(orgId: OrganizationId, afterId: string | undefined, limit: number): Statement<UserRow> {
  return {
    name: 'users_after',
    text: `select ${userColumns} from users where org_id = $1 and id > $2 order by id limit $3`,
    values: [orgId, afterId ?? lowestId, limit],
    read: readUser,
  }
}

const lowestId = '00000000-0000-0000-0000-000000000000'

/** People from an offset on: the skipped ones are counted in the index alone. */
export function usersFrom(orgId: OrganizationId, offset: number, limit: number): Statement<UserRow> {
  return {
    name: 'users_from',
    text: `select ${userColumns} from users
      where org_id = $1 and id >= (select id from users where org_id = $1 order by id offset $2 limit 1)
      order by id limit $3`,
    values: [orgId, offset, limit],
    read: readUser,
  }
}

/** How many people there are, and how many were ever deleted: as long as the latter stays, no place in a list moves. */
export type UserCount = { readonly users: number; readonly deletions: number }

export function countUsers(orgId: OrganizationId): Statement<UserCount> {
  return {
    name: 'users_count',
    text: 'select coalesce(sum(users), 0), coalesce(sum(deletions), 0) from user_counts where org_id = $1',
    values: [orgId],
    read: ([users, deletions]) => ({ users: integer(users), deletions: integer(deletions) }),
  }
}

/** The only unique index that a person can run into is that of the userName. */
const userNameTaken = () => uniqueness('another user of this organization has this userName already')

/** Writes a new person; a userName that is taken is a `uniqueness` error. */
export function insertUser(orgId: OrganizationId, user: UserRecord): readonly Command[] {
  const { id, userNameKey, externalId, active, version, createdAt, updatedAt, resource, search } = user
  return [
    {
      name: 'users_insert',
      text: `insert into users
        (org_id, id, user_name_key, external_id, active, version, created_at, updated_at, resource, search)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      values: [
        orgId,
        id,
        userNameKey,
        externalId ?? null,
        active,
        version,
        createdAt.toISOString(),
        updatedAt.toISOString(),
        resource,
        search,
      ],
      read: ignoreRow,
      conflict: userNameTaken,
    },
    ...insertValues(orgId, user),
    bumpCount(orgId, { users: 1, deletions: 0 }),
  ]
}

/** Writes the next version of a person that this transaction has locked. */
export function updateUser(orgId: OrganizationId, before: UserRow, user: UserRecord): readonly Command[] {
  const { id, userNameKey, externalId, active, version, updatedAt, resource, search } = user
  return [
    {
      name: 'users_update',
      text: `update users set user_name_key = $4, external_id = $5, active = $6, version = $7, updated_at = $8,
          resource = $9, search = $10
        where org_id = $1 and id = $2 and version = $3`,
      values: [
        orgId,
        id,
        before.version,
        userNameKey,
        externalId ?? null,
        active,
        version,
        updatedAt.toISOString(),
        resource,
        search,
      ],
      read: ignoreRow,
      conflict: userNameTaken,
    },
  ]
}

/** Puts other values in the place of a person's. */
export function replaceValues(orgId: OrganizationId, user: UserRecord): readonly Command[] {
  return [
    {
      name: 'user_values_delete',
      text: 'delete from user_values where org_id = $1 and user_id = $2',
      values: [orgId, user.id],
      read: ignoreRow,
    },
    ...insertValues(orgId, user),
  ]
}

function insertValues(orgId: OrganizationId, user: UserRecord): readonly Command[] {
  if (user.values.length === 0) return []
  return [
    {
      name: 'user_values_insert',
      text: `insert into user_values (org_id, user_id, attribute, value_key)
        select $1::uuid, $2::uuid, v.attribute, v.value_key
        from unnest($3::text[], $4::text[]) as v (attribute, value_key)`,
      values: [orgId, user.id, user.values.map(({ attribute }) => attribute), user.values.map(({ key }) => key)],
      read: ignoreRow,
    },
  ]
}

/** Takes a person away that this transaction has locked, and leaves a tombstone. */
export function deleteUser(orgId: OrganizationId, id: string, at: Date): readonly Command[] {
  return [
    {
      name: 'users_bury',
      text: `insert into deleted_users (org_id, id, user_name_key, version, created_at, deleted_at, resource)
        select org_id, id, user_name_key, version, created_at, $3, resource from users where org_id = $1 and id = $2`,
      values: [orgId, id, at.toISOString()],
      read: ignoreRow,
    },
    {
      name: 'users_delete',
      text: 'delete from users where org_id = $1 and id = $2',
      values: [orgId, id],
      read: ignoreRow,
    },
    bumpCount(orgId, { users: -1, deletions: 1 }),
  ]
}

// Two writers of one organization meet in one slot once in as many times; then one waits for the other's commit.
const countSlots = 32

function bumpCount(orgId: OrganizationId, by: UserCount): Command {
  return {
    name: 'user_counts_bump',
    text: `insert into user_counts (org_id, slot, users, deletions) values ($1, $2, $3, $4)
      on conflict (org_id, slot) do update
      set users = user_counts.users + excluded.users, deletions = user_counts.deletions + excluded.deletions`,
    values: [orgId, Math.floor(Math.random() * countSlots), by.users, by.deletions],
    read: ignoreRow,
  }
}
