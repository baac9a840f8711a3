import {
  compareText,
  enterpriseUserSchemaId,
  foldCase,
  formatFilter,
  matches,
  matchesValue,
  parseFilter,
  type Resource,
  userResourceType,
  userSchemaId,
} from '@rollcall/scim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFilter } from './support/arbitrary-filter.ts'

const barbara: Resource = {
  schemas: [userSchemaId, enterpriseUserSchemaId],
  id: 'aB1',
  externalId: 'Ext-1',
  userName: 'BJensen@Example.com',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  displayName: 'Straße',
  active: false,
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@home.example', type: 'home' },
  ],
  x509Certificates: [{ value: 'AAAA' }],
  meta: { resourceType: 'User', created: '2011-05-13T04:42:34.500Z', lastModified: '2011-05-13T06:42:34+02:00' },
  [enterpriseUserSchemaId]: { department: 'Tours', manager: { value: 'M1' } },
}

const selects = (filter: string, resource = barbara) => matches(parseFilter(userResourceType, filter), resource)

describe('matches (RFC 7644 §3.4.2.2, Table 3)', () => {
  test.each([
    // Case, by caseExact.
    'userName eq "bjensen@EXAMPLE.COM"',
    'name.familyName eq "JENSEN"',
    'name.familyName sw "jen" and name.familyName ew "SEN" and name.familyName co "ens"',
    'displayName eq "STRAßE"',
    'not (displayName eq "strasse")',
    'id eq "aB1" and not (id eq "ab1")',
    'externalId co "Ext" and not (externalId co "ext")',
    'not (meta.resourceType eq "user")',
    // No value.
    'not (title eq "x")',
    'title ne "x"',
    'not (title co "")',
    'not (title gt "") and not (title le "z")',
    'not (title pr)',
    'title eq null',
    'not (title ne null)',
    'userName ne null',
    'not (userName eq null)',
    'not (phoneNumbers pr)',
    'phoneNumbers.value ne "x"',
    'phoneNumbers eq null',
    'not (photos[type eq "photo"])',
    'not (addresses[type ne "work"])',
    `not (${enterpriseUserSchemaId}:division pr)`,
    // Several values: any will do.
    'emails.type eq "work" and emails.type eq "home"',
    'emails.type ne "work" and emails.type ne "home"',
    'emails co "HOME.example"',
    'emails pr and emails.value pr and emails.display eq null',
    'schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"',
    // Value paths: one value for all the conditions.
    'emails[type eq "work" and value co "@example.com"]',
    'not (emails[type eq "home" and value co "@example.com"])',
    'emails[type eq "home" and not (primary eq true)]',
    'emails[primary ne true]',
    'emails[type eq "work"].value eq "BJENSEN@example.com"',
    'emails[display eq null]',
    'name[givenName eq "barbara" and familyName eq "jensen"]',
    'not (name[givenName eq "barbara" and familyName eq "x"])',
    // Other types.
    'active eq false and active ne true and active pr',
    'x509Certificates eq "AAAA" and not (x509Certificates.value eq "aaaa")',
    'meta.lastModified eq "2011-05-13T04:42:34Z"',
    'meta.lastModified ge "2011-05-12T23:12:34-05:30" and meta.lastModified le "2011-05-13T04:42:34Z"',
    'meta.created gt "2011-05-13T04:42:34Z" and meta.created lt "2011-05-13T04:42:35Z"',
    'meta.created ne "2011-05-13T04:42:34Z"',
    `${enterpriseUserSchemaId}:department eq "tours" and ${enterpriseUserSchemaId}:manager eq "M1"`,
    // Order of texts.
    'name.familyName gt "JENSE" and name.familyName lt "jensez" and name.familyName ge "JENSEN"',
    // Logic.
    'title pr or userName pr and userName pr',
    'not (title pr and userName pr)',
  ])('%s is true of Barbara', (filter) => {
    expect(selects(filter)).toBe(true)
    expect(selects(`not (${filter})`)).toBe(false)
  })

  test.each([
    ['null', { title: null }],
    ['an empty text', { title: '' }],
    ['an empty list', { emails: [] }],
    ['a list of empty values', { emails: [{}, { value: '' }] }],
    ['a complex attribute without values', { name: { givenName: null } }],
  ])('%s is no value', (_what, resource) => {
    const name = Object.keys(resource)[0] ?? ''
    expect(selects(`${name} pr`, resource)).toBe(false)
  })

  test('values of another type than the attribute has match nothing but ne', () => {
    const odd = { title: 5, active: 'true', meta: { created: 'yesterday' } }
    expect(selects('title eq "5" or title co "5" or title gt "" or active eq true', odd)).toBe(false)
    expect(selects('meta.created gt "2011-05-13T04:42:34Z" or meta.created le "2011-05-13T04:42:34Z"', odd)).toBe(false)
    expect(selects('title ne "5" and active ne true and meta.created ne "2011-05-13T04:42:34Z"', odd)).toBe(true)
  })

  test('no filter reads what an object inherits', () => {
    expect(selects('name.formatted pr', { name: Object.create({ formatted: 'x' }) })).toBe(false)
  })
})

describe('matchesValue', () => {
  test('asks the filter of a value path of one value', () => {
    const filter = parseFilter(userResourceType, 'emails[type eq "work" and value co "@example.com"]')
    if (filter.kind !== 'valuePath') throw new Error('not a value path')
    expect(matchesValue(filter.filter, { type: 'Work', value: 'b@EXAMPLE.com' })).toBe(true)
    expect(matchesValue(filter.filter, { type: 'home', value: 'b@example.com' })).toBe(false)
    expect(matchesValue(filter.filter, 'b@example.com')).toBe(false)
    expect(matchesValue(filter.filter, null)).toBe(false)
  })
})

describe('any filter', () => {
  test('selects the same after a round trip through its text', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(matches(parseFilter(userResourceType, formatFilter(filter)), barbara)).toBe(matches(filter, barbara))
      }),
    )
  })

  test('and its negation split the resources between them', () => {
    fc.assert(
      fc.property(anyFilter, (operand) => matches({ kind: 'not', operand }, barbara) === !matches(operand, barbara)),
    )
  })
})

describe('texts in filters', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((each) => !each.includes('\u0000'))
  const holds = (operator: string, value: string, wanted: string) =>
    selects(`title ${operator} ${JSON.stringify(wanted)}`, { title: value })

  test('are ordered by their folded code points', () => {
    fc.assert(
      fc.property(text, text, (value, wanted) => {
        const order = compareText(foldCase(value), foldCase(wanted))
        expect(holds('eq', value, wanted)).toBe(order === 0)
        expect(holds('ne', value, wanted)).toBe(order !== 0)
        expect(holds('gt', value, wanted)).toBe(order > 0)
        expect(holds('ge', value, wanted)).toBe(order >= 0)
        expect(holds('lt', value, wanted)).toBe(order < 0)
        expect(holds('le', value, wanted)).toBe(order <= 0)
      }),
    )
  })

  test('are found in upper case and decomposed', () => {
    fc.assert(
      fc.property(text, (value) => holds('eq', value, foldCase(value)) && holds('eq', value.normalize('NFD'), value)),
    )
  })
})
