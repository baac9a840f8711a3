import { type Assignment, linkPerson } from '../assignment.ts'
import { compareUsers } from '../compare.ts'
import { importUsers } from '../import.ts'
import { assignedPeople, type Life, type Scenario } from '../life.ts'
import type { Person } from '../person.ts'
import { RemoteError } from '../remote-error.ts'
import { type AppUser, readUser } from '../users.ts'

export const verify = {
  name: 'verify',
  about: 'Everybody is read back, by id and in a whole import, and compared with what Okta believes',
  tasks: (life) => [
    ...life.people.map((person) => ({
      person: person.login,
      failing: `Error while reading user ${person.login} back`,
      run: () => verifyPerson(life, person),
    })),
    { person: null, failing: 'Error while importing users', run: () => verifyImport(life) },
  ],
} as const satisfies Scenario

async function verifyPerson(life: Life, person: Person): Promise<void> {
  const assignment = life.assignments.of(person) ?? (await linkPerson(life.send, person))
  if (assignment === undefined) {
    throw new RemoteError('The app has no such user', { request: `GET /Users?filter=userName eq "${person.login}"` })
  }
  report(life, assignment, await readUser(life.send, assignment.id))
}

/** Who is active must be there as believed, who is not need not be there, and nobody else may have come. */
async function verifyImport(life: Life): Promise<void> {
  const users = await importUsers(life.send)
  const imported = new Map(users.map((user) => [user.id, user]))
  for (const assignment of assignedPeople(life)) {
    const user = imported.get(assignment.id)
    if (user !== undefined) report(life, assignment, user)
    else if (assignment.active) {
      life.reportDifference(assignment.person.login, { attribute: 'id', expected: assignment.id, actual: null })
    }
  }
  reportStrangers(life, users)
}

function reportStrangers(life: Life, users: readonly AppUser[]): void {
  const { importedIds } = life
  if (importedIds === undefined) return
  const ours = new Set(assignedPeople(life).map(({ id }) => id))
  for (const user of users) {
    if (ours.has(user.id) || importedIds.has(user.id)) continue
    const name = typeof user['userName'] === 'string' ? user['userName'] : user.id
    life.reportDifference(name, { attribute: 'id', expected: null, actual: user.id })
  }
}

function report(life: Life, { person, expected }: Assignment, user: AppUser): void {
  for (const difference of compareUsers(expected, user)) life.reportDifference(person.login, difference)
}
