import { readFileSync } from 'node:fs'
import {
  formatPeople,
  generatePeople,
  PeopleError,
  type Person,
  type ProfileAttribute,
  readPeople,
} from '@rollcall/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('readPeople', () => {
  test('reads the columns of an Okta export in any order and leaves out what is empty', () => {
    expect(readPeople('email,login,lastName,title\nanna@example.com,Anna@example.com,"D’Angelo, Jr.",\n')).toEqual([
      { login: 'Anna@example.com', email: 'anna@example.com', lastName: 'D’Angelo, Jr.' },
    ])
  })

  test('reads a file with a byte order mark, CRLF and empty lines', () => {
    const csv = '\uFEFFlogin,firstName\r\nanna@example.com,"An\r\nna"\r\n\r\nbo@example.com,Bo\r\n'
    expect(readPeople(csv)).toEqual([
      { login: 'anna@example.com', firstName: 'An\r\nna' },
      { login: 'bo@example.com', firstName: 'Bo' },
    ])
  })

  test('ignores columns that are not of the profile', () => {
    expect(readPeople('id,login,__proto__\n00u1,anna@example.com,x\n')).toEqual([{ login: 'anna@example.com' }])
  })

  test('reads nobody from a header alone', () => {
    expect(readPeople('login,firstName\n')).toEqual([])
  })

  test.for([
    ['nothing', '', 1, 'a header with the names of the columns is missing'],
    ['a header without login', 'email,firstName\na@example.com,A\n', 1, 'the header has no column "login"'],
    ['a missing login', 'login,firstName\na@example.com,A\n,B\n', 3, 'login is missing'],
    [
      'a login that is there in another case',
      'login\nÉmile@example.com\nbo@example.com\némile@Example.com\n',
      4,
      'login "émile@Example.com" is already on line 2',
    ],
    ['a line with too few fields', 'login,firstName\na@example.com,A\nb@example.com\n', 3, 'Invalid Record Length'],
    ['a quote that is not closed', 'login\n"a@example.com\n', 2, 'Quote Not Closed'],
  ] as const)('refuses %s and names the line', ([, csv, line, problem]) => {
    expect(() => readPeople(csv)).toThrow(PeopleError)
    expect(() => readPeople(csv)).toThrow(`line ${line}: ${problem}`)
  })

  test('reads back whatever formatPeople has written', () => {
    const value = fc.string({ minLength: 1, unit: 'grapheme' })
    const attribute = fc.constantFrom<ProfileAttribute>('firstName', 'title', 'streetAddress', 'manager')
    const person = fc.record({ login: value, attributes: fc.dictionary(attribute, value) })
    const people = fc
      .uniqueArray(person, { selector: ({ login }) => login.normalize('NFC').toLowerCase() })
      .map((all) => all.map(({ login, attributes }): Person => ({ login, ...attributes })))
    fc.assert(
      fc.property(people, (all) => {
        expect(readPeople(formatPeople(all))).toEqual(all)
      }),
    )
  })
})

describe('examples/people.csv', () => {
  const csv = readFileSync(new URL('../../../../examples/people.csv', import.meta.url), 'utf8')

  test('is what generatePeople and formatPeople make of a thousand people', () => {
    expect(csv).toBe(formatPeople(generatePeople(1000)))
  })
})
