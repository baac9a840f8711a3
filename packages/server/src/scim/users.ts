import { applyPatch, replaceResource, userResourceType } from '@rollcall/scim'
import { userList } from '../directory/user-list.ts'
import { type Change, type Precondition, changeUser, createUser, noSuchUser, removeUser } from '../directory/users.ts'
import type { Database } from '../store/database.ts'
import { isId } from '../store/id.ts'
import { userById } from '../store/users.ts'
import { requireMatch } from './conditions.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { locationOf } from './representation.ts'

/** `/Users`: the people of the caller's organization. */
export function usersEndpoint(database: Database, baseUrl: string): Endpoint {
  const type = userResourceType
  const list = userList(database, locationOf(baseUrl, type, ''))

  return {
    type,
    create: (call, resource) => createUser(database, changeOf(call), resource),
    read: async ({ caller }, id) => {
      const [[user]] = await database.batch(caller.scope, [userById(caller.orgId, knownForm(id))])
      if (!user) throw noSuchUser(id)
      return user
    },
    list: async ({ caller }, query) => {
      const { totalResults, users } = await list.page(caller.scope, query)
      return { totalResults, resources: users }
    },
    replace: (call, id, body) =>
      changeUser(database, changeOf(call), knownForm(id), {
        precondition: unchanged(call),
        decide: (current) => replaceResource(type, current, body),
      }),
    patch: (call, id, operations) =>
      changeUser(database, changeOf(call), knownForm(id), {
        precondition: unchanged(call),
        decide: (current) => applyPatch(type, current, operations),
      }),
    remove: (call, id) => removeUser(database, changeOf(call), knownForm(id), unchanged(call)),
  }
}

function changeOf({ caller, requestId, at }: Call): Change {
  const { owner, keyId, scope } = caller
  return { scope, actor: { type: owner.type, id: owner.id, keyId }, requestId, at }
}

const unchanged =
  ({ ifMatch }: Call): Precondition =>
  ({ version }) =>
    requireMatch(ifMatch, version)

/** An id of another form is that of nobody. */
function knownForm(id: string): string {
  if (!isId(id)) throw noSuchUser(id)
  return id
}
