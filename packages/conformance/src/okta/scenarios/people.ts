import { type Assignment, assignPerson, deactivate, pushProfile } from '../assignment.ts'
import { assignedPeople, type Life, type Scenario, share, type Task } from '../life.ts'
import type { Person } from '../person.ts'
import { changedValue } from '../user-body.ts'
import { changeProfile } from './profile-changes.ts'

export const assign = {
  name: 'assign',
  about: 'Assignment of everybody: created, or adopted when the app already has the user',
  tasks: (life) =>
    life.people.map((person) => ({
      person: person.login,
      failing: `Error while creating user ${person.login}`,
      run: async () => life.assignments.believe(await assignPerson(life.send, life.mode, person)),
    })),
} as const satisfies Scenario

export const profilePush = {
  name: 'profile-push',
  about: 'Profile push of every third person: promoted, moved, renamed, fields emptied',
  tasks: (life) => share(assignedPeople(life), 3).map((assignment, index) => pushTask(life, assignment, index)),
} as const satisfies Scenario

export const deactivateScenario = {
  name: 'deactivate',
  about: 'The app is taken away from every fifth person',
  tasks: (life) =>
    share(assignedPeople(life), 5).map((assignment) => ({
      person: assignment.person.login,
      failing: `Error while deactivating user ${assignment.person.login}`,
      run: async () => life.assignments.believe(await deactivate(life.send, life.mode, assignment)),
    })),
} as const satisfies Scenario

export const reassign = {
  name: 'reassign',
  about: 'The same people come back, two of three, half of them with a user name in another case: the same id',
  tasks: (life) =>
    assignedPeople(life)
      .filter(({ active }) => !active)
      .flatMap((assignment, index) => {
        if (index % 3 === 1) return []
        return [reassignTask(life, assignment, index % 2 === 0 ? recase(assignment.person) : assignment.person)]
      }),
} as const satisfies Scenario

function pushTask(life: Life, assignment: Assignment, index: number): Task {
  const { person } = assignment
  const changed = changeProfile(person, index)
  return {
    person: person.login,
    failing: `Error while trying to push profile update for ${person.login}`,
    run: async () => {
      const value = changedValue(person, changed)
      life.assignments.believe(await pushProfile(life.send, life.mode, assignment, value, changed))
    },
  }
}

function reassignTask(life: Life, before: Assignment, person: Person): Task {
  return {
    person: person.login,
    failing: `Error while trying to push profile update for ${person.login}`,
    run: async () => life.assignments.believe(await assignPerson(life.send, life.mode, person, before)),
  }
}

/** The same login to Okta and to the app, with one ASCII letter in the other case. */
function recase(person: Person): Person {
  const login = person.login.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
  return { ...person, login }
}
