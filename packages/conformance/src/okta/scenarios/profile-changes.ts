import type { Person } from '../person.ts'

/** What happens to people: promoted, moved, married, and fields emptied, which must not fail (Okta's case C9337). */
const changes: readonly ((person: Person) => Partial<Person>)[] = [
  ({ title }) => ({ title: `Senior ${title ?? 'Specialist'}`, costCenter: 'CC-9000' }),
  () => ({
    streetAddress: 'Am Sandtorkai 41, 3. Etage',
    city: 'Hamburg',
    state: 'Hamburg',
    zipCode: '20457',
    countryCode: 'DE',
    timezone: 'Europe/Berlin',
    primaryPhone: '+49 40 5550 0199',
  }),
  ({ firstName, lastName }) => {
    const marriedName = `${lastName ?? ''}-Müller`
    return { lastName: marriedName, displayName: `${firstName ?? ''} ${marriedName}`.trim() }
  },
  () => ({ nickName: '', mobilePhone: '', title: '', middleName: '', department: '' }),
]

/** The person after the n-th change. */
export function changeProfile(person: Person, index: number): Person {
  return { ...person, ...changes[index % changes.length]?.(person) }
}
