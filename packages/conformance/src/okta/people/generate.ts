import { foldLogin, type Person } from '../person.ts'
import type { Name } from './names.ts'
import { remarkablePeople } from './remarkable.ts'
import { type Region, regions } from './regions.ts'
import { departments, type Department } from './departments.ts'

/**
 * A fictional company of so many people: the same ones every time, and the first of a larger company are the smaller
 * one. Names are those of many languages, logins are mostly ASCII and differ by more than case.
 */
export function generatePeople(count: number): readonly Person[] {
  const random = seededRandom(20_240_229)
  const freeLogin = loginsWithoutRepetition()
  const people: Person[] = []
  for (let index = 0; index < count; index += 1) {
    const manager = index === 0 ? undefined : people[Math.floor((index - 1) / 8)]
    const person = remarkablePeople[index] ?? hire(random, index)
    const login = freeLogin(person.login)
    people.push({
      email: random.chance(0.1) ? login.replace('@', '@mail.') : login,
      ...person,
      login,
      employeeNumber: `E${String(index + 1).padStart(6, '0')}`,
      ...(manager !== undefined && { managerId: manager.login, manager: manager.displayName ?? manager.login }),
    })
  }
  return people
}

type Random = {
  /** Whether something that happens so often, between 0 and 1, happens. */
  readonly chance: (probability: number) => boolean
  readonly below: (limit: number) => number
  readonly pick: <T>(all: readonly [T, ...T[]] | readonly T[]) => T
}

function hire(random: Random, index: number): Person {
  const region = random.pick(weightedRegions)
  const first = random.pick(region.firstNames)
  const last = random.pick(region.lastNames)
  const department = random.pick(departments)
  return {
    login: formatLogin(random, first, last),
    firstName: first.native,
    lastName: last.native,
    displayName: formatDisplayName(region, first, last),
    // Some people are little more than a name: nobody filled in the rest.
    ...(random.chance(0.08)
      ? {}
      : { ...workOf(random, department), ...officeOf(region, index), ...personalOf(random, first) }),
  }
}

function formatLogin(random: Random, first: Name, last: Name): string {
  const [given, family] = [first.ascii, last.ascii]
  const plain = random.chance(0.2) ? `${given.charAt(0)}${family}` : `${given}.${family}`
  if (random.chance(0.12)) return `${capitalized(plain)}@Example.com`
  if (random.chance(0.04)) return `${plain}+contractor@example.com`
  if (random.chance(0.05)) return `${given}_${family}@emea.example.com`
  return `${plain}@example.com`
}

function formatDisplayName(region: Region, first: Name, last: Name): string {
  const isLatin = /^\p{Script=Latin}/u.test(last.native)
  if (region.familyNameFirst === true)
    return isLatin ? `${last.native} ${first.native}` : `${last.native}${first.native}`
  return `${first.native} ${last.native}`
}

function workOf(random: Random, department: Department): Partial<Person> {
  return {
    title: random.pick(department.titles),
    department: department.name,
    division: department.division,
    costCenter: department.costCenter,
    organization: 'Example Corporation',
    userType: random.chance(0.1) ? 'Contractor' : 'Employee',
  }
}

function officeOf(region: Region, index: number): Partial<Person> {
  const { locale, preferredLanguage, timezone, streetAddress, city, state, zipCode, countryCode } = region
  const primaryPhone = `${region.phonePrefix}${String(index % 10_000).padStart(4, '0')}`
  return { locale, preferredLanguage, timezone, streetAddress, city, state, zipCode, countryCode, primaryPhone }
}

function personalOf(random: Random, first: Name): Partial<Person> {
  return {
    ...(random.chance(0.3) && { mobilePhone: `+1 202 555 ${String(random.below(10_000)).padStart(4, '0')}` }),
    ...(random.chance(0.15) && { secondEmail: `${first.ascii}.${random.below(10_000)}@home.example.com` }),
    ...(random.chance(0.15) && { nickName: first.native.slice(0, 3) }),
    ...(random.chance(0.1) && { middleName: random.pick(['Marie', 'K.', 'José', 'Lee']) }),
    ...(random.chance(0.05) && { honorificPrefix: random.pick(['Dr.', 'Prof. Dr.', 'Ms.']) }),
    ...(random.chance(0.03) && { honorificSuffix: random.pick(['Jr.', 'III', 'PhD, MBA']) }),
    ...(random.chance(0.1) && { profileUrl: `https://people.example.com/${random.below(1_000_000)}` }),
  }
}

/** The login itself, or with a number before the at sign when somebody has it, in whatever case. */
function loginsWithoutRepetition(): (login: string) => string {
  const uses = new Map<string, number>()
  return function free(login: string): string {
    const use = (uses.get(foldLogin(login)) ?? 0) + 1
    uses.set(foldLogin(login), use)
    return use === 1 ? login : free(login.replace('@', `${use}@`))
  }
}

function capitalized(text: string): string {
  return text.replace(/(^|[.'-])[a-z]/g, (start) => start.toUpperCase())
}

const weightedRegions = regions.flatMap((region) => Array.from({ length: region.weight }, () => region))

/** Mulberry32: four lines, the same sequence everywhere, and nobody's secret depends on it. */
function seededRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    chance: (probability) => next() < probability,
    below,
    pick: (all) => all[below(all.length)] as (typeof all)[number],
  }
}
