import type { Assignment, Mode } from './assignment.ts'
import type { AttributeDifference } from './compare.ts'
import { foldLogin, type Person } from './person.ts'
import type { Send } from './users.ts'

/** The life of an app in one Okta organization: what its scenarios, run one after the other, share. */
export type Life = {
  readonly mode: Mode
  readonly send: Send
  readonly people: readonly Person[]
  readonly assignments: Assignments
  /** The ids that the import saw before Okta wrote anything; absent when there was no import. */
  importedIds?: ReadonlySet<string>
  readonly reportDifference: (person: string, difference: AttributeDifference) => void
}

/** What Okta believes, by person. */
export type Assignments = {
  readonly of: (person: Person) => Assignment | undefined
  /** Replaces what was believed about the person, whose login may have changed in case only. */
  readonly believe: (assignment: Assignment) => void
}

/** One thing that Okta does, mostly for one person. It fails with a RemoteError. */
export type Task = {
  readonly person: string | null
  /** How Okta's message begins when the task fails: `Error while creating user anna@example.com`. */
  readonly failing: string
  readonly run: () => Promise<void>
}

export type Scenario = {
  readonly name: string
  readonly about: string
  /** What is done, in this order as far as the concurrency allows; asked for when the scenario's turn comes. */
  readonly tasks: (life: Life) => readonly Task[]
}

export function noAssignments(): Assignments {
  const byLogin = new Map<string, Assignment>()
  return {
    of: ({ login }) => byLogin.get(foldLogin(login)),
    believe: (assignment) => void byLogin.set(foldLogin(assignment.person.login), assignment),
  }
}

/** The beliefs about those who were assigned, in the order of the people. */
export function assignedPeople({ people, assignments }: Life): readonly Assignment[] {
  return people.flatMap((person) => assignments.of(person) ?? [])
}

/** Every n-th of them, the first included. */
export function share<T>(all: readonly T[], every: number): readonly T[] {
  return all.filter((_, index) => index % every === 0)
}
