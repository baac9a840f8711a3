import { createHash, randomInt } from 'node:crypto'
import { foldLogin, type Person } from './person.ts'
import { RemoteError } from './remote-error.ts'
import { createBody, mergeProfile, profileValue } from './user-body.ts'
import { layOver, type UserBody } from './user-json.ts'
import { createUser, findUser, patchUser, readUser, replaceUser, type Send } from './users.ts'

/** How an app takes updates: a private app is sent GET and PUT, an app of Okta's catalogue PATCH. */
export type Mode = 'aiw' | 'oin'

/** What Okta believes about one person in the app. Replaced after each reply, by what that reply allows to believe. */
export type Assignment = {
  readonly person: Person
  /** The id in the app. */
  readonly id: string
  readonly active: boolean
  /** The user as it must be in the app: Okta's attributes, and those beside them that were there when it was adopted. */
  readonly expected: UserBody
}

/**
 * Assigns the app to a person: the existence check, then the creation of a user or the adoption of the one found.
 *
 * @param before what is believed of an earlier assignment: the user must be the same one, and hold what it held
 */
export async function assignPerson(send: Send, mode: Mode, person: Person, before?: Assignment): Promise<Assignment> {
  const found = await findUser(send, person.login)
  if (found === undefined) {
    const created = await createFor(send, person)
    if (before !== undefined) throw otherUser('POST /Users', before.id, created.id)
    return created
  }
  if (before !== undefined && before.id !== found.id) {
    throw otherUser(`GET /Users?filter=userName eq "${person.login}"`, before.id, found.id)
  }
  return adopt(send, mode, person, before ?? { id: found.id, expected: believed(found) })
}

/** The belief about a person whose user Okta has found, before it writes anything. */
export async function linkPerson(send: Send, person: Person): Promise<Assignment | undefined> {
  const found = await findUser(send, person.login)
  return (
    found && { person, id: found.id, active: true, expected: believed(createBody(person, externalIdOf(person), '')) }
  )
}

/** Sends the attributes in which the person has changed. */
export async function pushProfile(
  send: Send,
  mode: Mode,
  before: Assignment,
  value: UserBody,
  after: Person,
): Promise<Assignment> {
  const expected =
    mode === 'aiw'
      ? await putMerged(send, before, (user) => mergeProfile(user, after))
      : await patchMerged(send, before, value)
  return { ...before, person: after, expected }
}

/** Takes the app away from a person: the user stays, inactive. */
export async function deactivate(send: Send, mode: Mode, before: Assignment): Promise<Assignment> {
  const expected =
    mode === 'aiw'
      ? await putMerged(send, before, (user) => ({ ...user, active: false }))
      : await patchMerged(send, before, { active: false })
  return { ...before, active: false, expected }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

async function createFor(send: Send, person: Person): Promise<Assignment> {
  const body = createBody(person, externalIdOf(person), randomPassword())
  const { id } = await createUser(send, body)
  return { person, id, active: true, expected: believed(body) }
}

type Held = Pick<Assignment, 'id' | 'expected'>

async function adopt(send: Send, mode: Mode, person: Person, held: Held): Promise<Assignment> {
  const status = { externalId: externalIdOf(person), active: true }
  const expected =
    mode === 'aiw'
      ? await putMerged(send, held, (user) => ({ ...mergeProfile(user, person), ...status }))
      : await patchMerged(send, held, { ...profileValue(person), ...status })
  return { person, id: held.id, active: true, expected }
}

/** GET, then PUT of what came back with Okta's change laid over; the belief takes the same change. */
async function putMerged(send: Send, held: Held, change: (user: UserBody) => UserBody): Promise<UserBody> {
  const user = await readUser(send, held.id)
  await replaceUser(send, held.id, change(user))
  return change(held.expected)
}

async function patchMerged(send: Send, held: Held, value: UserBody): Promise<UserBody> {
  await patchUser(send, held.id, value)
  return layOver(held.expected, value)
}

/** Okta's own id of a person: the same for the same login in any case. */
function externalIdOf({ login }: Person): string {
  const digest = createHash('sha256').update(foldLogin(login)).digest()
  return `00u${Array.from(digest.subarray(0, 17), (byte) => alphabet[byte % alphabet.length]).join('')}`
}

/** Without what Okta sends but does not expect to read again. */
function believed(user: UserBody): UserBody {
  return Object.fromEntries(Object.entries(user).filter(([name]) => name !== 'password' && name !== 'groups'))
}

function otherUser(request: string, before: string, after: string): RemoteError {
  return new RemoteError(`The user has the id ${after} after reactivation, where it was ${before}`, { request })
}

function randomPassword(): string {
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
