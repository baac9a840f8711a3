import type { Json } from '@rollcall/scim'
import type { OktaRequest } from './client.ts'
import { foldLogin } from './person.ts'
import { readJson, refusal, type Reply, unusable } from './remote-error.ts'
import { isList, isObject, type UserBody } from './user-json.ts'

export type Send = (request: OktaRequest) => Promise<Reply>

/** A user as the app answers it. */
export type AppUser = UserBody & { readonly id: string }

export type UserPage = { readonly totalResults: number; readonly users: readonly AppUser[] }

const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** One page of the users, as an import or the test of the credentials reads it. */
export async function listUsers(send: Send, startIndex: number, count: number): Promise<UserPage> {
  return readPage(await send({ method: 'GET', path: `/Users?startIndex=${startIndex}&count=${count}` }))
}

/**
 * The existence check: the user of that name, in whatever case the app keeps it. No match is an empty list or a 404
 * with an Error body.
 */
export async function findUser(send: Send, login: string): Promise<AppUser | undefined> {
  const filter = percentEncode(`userName eq ${JSON.stringify(login)}`)
  const reply = await send({ method: 'GET', path: `/Users?filter=${filter}&startIndex=1&count=100` })
  if (reply.status === 404) {
    if (!isObject(readJson(reply))) throw refusal(reply)
    return undefined
  }
  const { users } = readPage(reply)
  if (users.length > 1) throw unusable(reply, `${users.length} users match the user name ${login}`)
  const [user] = users
  if (user === undefined) return undefined
  const { userName } = user
  if (typeof userName !== 'string' || foldLogin(userName) !== foldLogin(login)) {
    throw unusable(reply, `The user found for the user name ${login} has another: ${JSON.stringify(userName ?? null)}`)
  }
  return user
}

export async function createUser(send: Send, body: UserBody): Promise<AppUser> {
  const reply = await send({ method: 'POST', path: '/Users', body })
  if (reply.status !== 201) throw refusal(reply)
  if (reply.text.trim() === '') throw unusable(reply, 'Create new user returned empty user.')
  const user = readUserBody(reply)
  expectActive(reply, user, true)
  return user
}

export async function readUser(send: Send, id: string): Promise<AppUser> {
  const reply = await send({ method: 'GET', path: pathOf(id) })
  if (reply.status !== 200) throw refusal(reply)
  return readUserBody(reply, id)
}

/** The PUT of a whole user; the reply must be the user, or nothing with 204. */
export async function replaceUser(send: Send, id: string, body: UserBody): Promise<void> {
  acceptWritten(await send({ method: 'PUT', path: pathOf(id), body }), id, body['active'])
}

/** The PATCH with one path-less replace; the reply must be the user, or nothing with 204. */
export async function patchUser(send: Send, id: string, value: UserBody): Promise<void> {
  const body = { schemas: [patchOp], Operations: [{ op: 'replace', value }] }
  acceptWritten(await send({ method: 'PATCH', path: pathOf(id), body }), id, value['active'])
}

function acceptWritten(reply: Reply, id: string, active: Json | undefined): void {
  if (reply.status === 204) return
  if (reply.status !== 200) throw refusal(reply)
  const user = readUserBody(reply, id)
  if (active !== undefined) expectActive(reply, user, active)
}

function readPage(reply: Reply): UserPage {
  if (reply.status !== 200) throw refusal(reply)
  if (reply.text.trim() === '') throw unusable(reply, 'No results for users returned')
  const list = readJson(reply)
  if (!isObject(list) || !isList(list['Resources'])) throw unusable(reply, 'No results for users returned')
  const { totalResults } = list
  for (const name of ['totalResults', 'startIndex', 'itemsPerPage'] as const) {
    if (!Number.isInteger(list[name])) {
      throw unusable(reply, `null (${name} is ${JSON.stringify(list[name] ?? null)}, not a JSON integer)`)
    }
  }
  return { totalResults: Number(totalResults), users: list['Resources'].map((user) => readAppUser(reply, user)) }
}

function readUserBody(reply: Reply, id?: string): AppUser {
  const user = readAppUser(reply, readJson(reply))
  if (id !== undefined && user.id !== id)
    throw unusable(reply, `The id of the user has changed from ${id} to ${user.id}`)
  return user
}

function readAppUser(reply: Reply, user: Json): AppUser {
  if (!isObject(user)) throw unusable(reply, 'The reply is not a user')
  const { id } = user
  if (typeof id !== 'string' || id === '') throw unusable(reply, 'The user in the reply has no id')
  return { ...user, id }
}

function expectActive(reply: Reply, user: AppUser, active: Json): void {
  if (user['active'] === active) return
  const answered = JSON.stringify(user['active'] ?? null)
  throw unusable(reply, `active is ${answered} in the reply, where ${JSON.stringify(active)} was sent`)
}

function pathOf(id: string): string {
  return `/Users/${percentEncode(id)}`
}

// Okta's encoder escapes the apostrophe too, which encodeURIComponent leaves alone.
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
