import { RemoteError } from './remote-error.ts'
import { type AppUser, listUsers, type Send } from './users.ts'

const pageSize = 100

/**
 * Every user of the app, page by page until `totalResults`, as Okta imports them.
 *
 * @throws RemoteError when a user comes twice or the pages do not add up: the order was not stable
 */
export async function importUsers(send: Send): Promise<readonly AppUser[]> {
  const users = new Map<string, AppUser>()
  for (let startIndex = 1, totalResults = 1; startIndex <= totalResults; startIndex += pageSize) {
    const page = await listUsers(send, startIndex, pageSize)
    totalResults = page.totalResults
    for (const user of page.users) {
      if (users.has(user.id)) throw importError(startIndex, `user ${user.id} came twice, the order is not stable`)
      users.set(user.id, user)
    }
    const expected = Math.min(totalResults, startIndex + pageSize - 1)
    if (users.size !== expected)
      throw importError(startIndex, `${users.size} users came where ${expected} were announced`)
  }
  return [...users.values()]
}

function importError(startIndex: number, message: string): RemoteError {
  return new RemoteError(message, { request: `GET /Users?startIndex=${startIndex}&count=${pageSize}`, status: 200 })
}
