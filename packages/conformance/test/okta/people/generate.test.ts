import { attributeMapping, generatePeople } from '@rollcall/conformance'
import { usernameKey } from '@rollcall/scim'
import { describe, expect, test } from 'vitest'

const people = generatePeople(1000)
const logins = people.map(({ login }) => login)

describe('generatePeople', () => {
  test('makes the same people every time, and the smaller company is the first part of the larger one', () => {
    expect(generatePeople(50)).toEqual(people.slice(0, 50))
  })

  test('gives every login once, whatever its case', () => {
    expect(new Set(logins.map((login) => usernameKey(login))).size).toBe(1000)
  })

  test('makes logins that RFC 7644 §5 allows', () => {
    expect(logins.filter((login) => usernameKey(login) === undefined)).toEqual([])
  })

  test('makes ASCII logins but for a few', () => {
    const others = logins.filter((login) => !/^[\w.'+-]+@[\w.]+$/.test(login))
    expect(others).toEqual(['renée.lefèvre@example.com', 'jürgen.müller@example.com', '田中@example.com'])
  })

  test('gives every mail address once, in ASCII, below example.com', () => {
    const addresses = people.flatMap(({ email }) => email ?? [])
    expect(new Set(addresses.map((address) => address.toLowerCase())).size).toBe(1000)
    expect(addresses.filter((address) => !/^[\w.'+-]+@([a-z]+\.)*example\.com$/i.test(address))).toEqual([])
  })

  test('makes names that Okta takes: one to fifty characters', () => {
    const names = people.flatMap(({ firstName, lastName }) => [firstName ?? '', lastName ?? ''])
    expect(names.filter((name) => name.length < 1 || name.length > 50)).toEqual([])
    expect(names.filter((name) => name.length === 1).length).toBeGreaterThan(1)
    expect(names.filter((name) => name.length === 50).length).toBeGreaterThan(1)
  })

  test('lets everybody but the first report to somebody hired earlier', () => {
    const hired = new Set<string | undefined>()
    for (const { login, managerId } of people) {
      expect(hired.has(managerId)).toBe(login !== logins[0])
      hired.add(login)
    }
  })

  test('makes a company as it is: scripts, offices, namesakes, empty fields', () => {
    const scripts = ['Latin', 'Cyrillic', 'Arabic', 'Hebrew', 'Han', 'Hangul', 'Katakana', 'Devanagari']
    const text = people.map(({ displayName }) => displayName).join()
    expect(scripts.filter((script) => !new RegExp(`\\p{Script=${script}}`, 'u').test(text))).toEqual([])
    expect(new Set(people.map(({ timezone }) => timezone)).size).toBeGreaterThan(10)
    expect(new Set(people.map(({ displayName }) => displayName)).size).toBeLessThan(950)
    for (const { profile } of attributeMapping.filter(({ profile: name }) => name !== 'postalAddress')) {
      expect(people.some((person) => person[profile] !== undefined)).toBe(true)
    }
  })
})
