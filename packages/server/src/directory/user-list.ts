import { type Filter, type ListQuery, usernameKey } from '@rollcall/scim'
import { LRUCache } from 'lru-cache'
import type { Database } from '../store/database.ts'
import { isId } from '../store/id.ts'
import type { Scope } from '../store/scope.ts'
import { countSelected, queryUsers } from '../store/user-query.ts'
import {
  type UserCount,
  type UserLookup,
  type UserRow,
  countUsers,
  usersAfter,
  usersFrom,
  usersWith,
} from '../store/users.ts'

type UserPage = { readonly totalResults: number; readonly users: readonly UserRow[] }

export type UserList = {
  /** The people that a list request selects, in a stable order, and how many there are in all. */
  readonly page: (scope: Scope, query: ListQuery) => Promise<UserPage>
}

// Where the pages of a reader begin: enough for thousands that read at the same time.
const rememberedPositions = 50_000

/** Where a page begins: after a person, as long as nobody was deleted since. */
type Position = { readonly afterId: string; readonly deletions: number }

/**
 * @param locationPrefix `meta.location` of a person without the id
 */
export function userList(database: Database, locationPrefix: string): UserList {
  const positions = new LRUCache<string, Position>({ max: rememberedPositions })

  return {
    page: async (scope, query) => {
      if (query.filter === undefined && query.sortBy === undefined)
        return await pageOfAll(database, positions, scope, query)
      const lookup = query.sortBy === undefined ? lookupOf(query.filter) : undefined
      const found = lookup && (await lookedUp(database, scope, query, lookup))
      return found ?? (await selectedPage(database, scope, query, locationPrefix))
    },
  }
}

/**
 * Everybody, in the order of ids, which is that of creation. A reader who goes from first to last is continued where
 * the page before ended, at the same cost for each page; anyone else is counted forward to in the index.
 */
async function pageOfAll(
  database: Database,
  positions: LRUCache<string, Position>,
  scope: Scope,
  { startIndex, count }: ListQuery,
): Promise<UserPage> {
  const { orgId } = scope
  const offset = startIndex - 1
  const position = positions.get(`${orgId} ${offset}`)
  const continued = position ? usersAfter(orgId, position.afterId, count) : undefined
  const first = offset === 0 ? usersAfter(orgId, undefined, count) : undefined

  let [[counted], users] = await database.batch(scope, [
    countUsers(orgId),
    first ?? continued ?? usersFrom(orgId, offset, count),
  ])
  const { users: totalResults, deletions }: UserCount = counted ?? { users: 0, deletions: 0 }
  // Somebody before the position may be gone, and then every place after it has moved.
  if (!first && position && position.deletions !== deletions) {
    ;[users] = await database.batch(scope, [usersFrom(orgId, offset, count)])
  }

  const last = users.at(-1)
  if (last) positions.set(`${orgId} ${offset + users.length}`, { afterId: last.id, deletions })
  return { totalResults, users }
}

type Lookup = { readonly column: UserLookup; readonly value: string }

/** The filters by which clients look for one person, again and again. */
function lookupOf(filter: Filter | undefined): Lookup | undefined {
  if (filter?.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined
  const { extension, attribute } = filter.path
  if (extension !== undefined) return undefined
  if (attribute.name === 'id') return isId(filter.value) ? { column: 'id', value: filter.value } : undefined
  if (attribute.name === 'externalId') return { column: 'external_id', value: filter.value }
  const key = attribute.name === 'userName' ? usernameKey(filter.value) : undefined
  return key === undefined ? undefined : { column: 'user_name_key', value: key }
}

// One person is looked for; of an externalId that this many share, the general query counts them.
const mostLookedUp = 100

/** Undefined when more people have the value than a look-up reads. */
async function lookedUp(
  database: Database,
  scope: Scope,
  { startIndex, count }: ListQuery,
  { column, value }: Lookup,
): Promise<UserPage | undefined> {
  const [users] = await database.batch(scope, [usersWith(scope.orgId, column, value, mostLookedUp)])
  if (users.length === mostLookedUp) return undefined
  return { totalResults: users.length, users: users.slice(startIndex - 1, startIndex - 1 + count) }
}

async function selectedPage(
  database: Database,
  scope: Scope,
  query: ListQuery,
  locationPrefix: string,
): Promise<UserPage> {
  const filterScope = { orgId: scope.orgId, locationPrefix }
  const { filter, sortBy, sortOrder, startIndex, count } = query
  const [rows] = await database.batch(scope, [
    queryUsers(filterScope, {
      filter,
      sort: sortBy && { by: sortBy, descending: sortOrder === 'descending' },
      offset: startIndex - 1,
      limit: count,
    }),
  ])
  const [row] = rows
  if (row) return { totalResults: row.total, users: rows.map(({ user }) => user) }
  if (startIndex === 1 && count > 0) return { totalResults: 0, users: [] }

  const [[total]] = await database.batch(scope, [countSelected(filterScope, { filter })])
  return { totalResults: total ?? 0, users: [] }
}
