import {
  enterpriseUserSchemaId,
  type Filter,
  formatFilter,
  maxFilterBytes,
  maxFilterDepth,
  maxFilterTerms,
  parseFilter,
  userResourceType,
  userSchemaId,
} from '@rollcall/scim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFilter } from './support/arbitrary-filter.ts'
import { failure } from './support/failure.ts'

const parse = (text: string) => parseFilter(userResourceType, text)

describe('the grammar of filters (RFC 7644 §3.4.2.2)', () => {
  // The right side is the same filter, spelled out.
  test.each([
    // The examples of the RFC.
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    [`name.familyName co "O'Malley"`, `name.familyName co "O'Malley"`],
    ['userName sw "J"', 'userName sw "J"'],
    [`${userSchemaId}:userName sw "J"`, 'userName sw "J"'],
    ['title pr', 'title pr'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', 'meta.lastModified gt "2011-05-13T04:42:34Z"'],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', 'meta.lastModified ge "2011-05-13T04:42:34Z"'],
    ['meta.lastModified lt "2011-05-13T04:42:34Z"', 'meta.lastModified lt "2011-05-13T04:42:34Z"'],
    ['meta.lastModified le "2011-05-13T04:42:34Z"', 'meta.lastModified le "2011-05-13T04:42:34Z"'],
    ['title pr and userType eq "Employee"', 'title pr and userType eq "Employee"'],
    ['title pr or userType eq "Intern"', 'title pr or userType eq "Intern"'],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      'userType eq "Employee" and (emails.value co "example.com" or emails.value co "example.org")',
    ],
    [
      'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
      'userType ne "Employee" and not (emails.value co "example.com" or emails.value co "example.org")',
    ],
    ['userType eq "Employee" and (emails.type eq "work")', 'userType eq "Employee" and emails.type eq "work"'],
    [
      'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
      'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
    ],
    [
      'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
      'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
    ],
    // Every operator, any case.
    ['USERNAME EQ "x"', 'userName eq "x"'],
    ['title Ne "x" AND title Co "x"', 'title ne "x" and title co "x"'],
    ['title ew "x" OR title sW "x"', 'title ew "x" or title sw "x"'],
    [
      'title gt "a" and title gE "b" and title lt "c" and title LE "d"',
      'title gt "a" and title ge "b" and title lt "c" and title le "d"',
    ],
    ['title PR', 'title pr'],
    ['NOT (title pr)', 'not (title pr)'],
    ['not(title pr)', 'not (title pr)'],
    // Precedence and parentheses.
    ['title pr or title pr and title pr', 'title pr or (title pr and title pr)'],
    ['title pr and title pr or title pr', '(title pr and title pr) or title pr'],
    ['not (title pr) and title pr', '(not (title pr)) and title pr'],
    ['((title pr))', 'title pr'],
    ['not (not (title pr))', 'not ((not (title pr)))'],
    ['( title pr )', 'title pr'],
    ['  title   pr  ', 'title pr'],
    // Value paths.
    ['emails[type eq "work"]', 'emails[type eq "work"]'],
    ['emails[ TYPE eq "work" ]', 'emails[type eq "work"]'],
    ['emails[not (type eq "work") or primary eq true]', 'emails[not (type eq "work") or primary eq true]'],
    ['not (emails[type eq "work"])', 'not (emails[type eq "work"])'],
    ['name[givenName sw "B"]', 'name[givenName sw "B"]'],
    [`${userSchemaId}:emails[type pr]`, 'emails[type pr]'],
    // Entra ID.
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    ['emails[type eq "work" and primary eq true].value pr', 'emails[type eq "work" and primary eq true and value pr]'],
    ['emails[type pr or value pr].display eq "x"', 'emails[(type pr or value pr) and display eq "x"]'],
    ['emails[type eq "work"].value eq "x" and title pr', 'emails[type eq "work" and value eq "x"] and title pr'],
    ['active eq "True"', 'active eq true'],
    ['emails[primary eq "FALSE"]', 'emails[primary eq false]'],
    [
      'id eq "1" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "2"',
      `id eq "1" and ${enterpriseUserSchemaId}:manager.value eq "2"`,
    ],
    ['id eq "1" and manager eq "2"', `id eq "1" and ${enterpriseUserSchemaId}:manager.value eq "2"`],
    ['Manager.DisplayName sw "A"', `${enterpriseUserSchemaId}:manager.displayName sw "A"`],
    ['manager[value eq "2"]', `${enterpriseUserSchemaId}:manager[value eq "2"]`],
    // Names.
    ['groups.$ref ew "/1"', 'groups.$ref ew "/1"'],
    ['groups eq "1"', 'groups.value eq "1"'],
    [`schemas eq "${enterpriseUserSchemaId}"`, `schemas eq "${enterpriseUserSchemaId}"`],
    [`${enterpriseUserSchemaId.toUpperCase()}:DEPARTMENT pr`, `${enterpriseUserSchemaId}:department pr`],
    ['emails pr', 'emails pr'],
    ['name pr', 'name pr'],
    ['externalId eq "x"', 'externalId eq "x"'],
    // Literals.
    [String.raw`title eq "a\"b\\c\/d\u00e9\ud83d\ude00\n"`, 'title eq "a\\"b\\\\c/dé😀\\n"'],
    ['title eq ""', 'title eq ""'],
    ['title eq "and (or) [not] \\" ]"', 'title eq "and (or) [not] \\" ]"'],
    ['title eq null', 'title eq null'],
    ['active ne null', 'active ne null'],
    ['x509Certificates.value eq "AAAA"', 'x509Certificates.value eq "AAAA"'],
    ['meta.created eq "2011-05-13T04:42:34.123+02:00"', 'meta.created eq "2011-05-13T04:42:34.123+02:00"'],
  ])('reads %s', (text, spelledOut) => {
    expect(parse(text)).toEqual(parse(spelledOut))
    expect(formatFilter(parse(text))).toBe(formatFilter(parse(spelledOut)))
  })

  test('gives a tree', () => {
    expect(skeleton(parse('title pr or not (emails[type eq "work"]) and active eq "True"'))).toEqual({
      or: ['title', { and: [{ not: { emails: ['type', 'eq', 'work'] } }, ['active', 'eq', true]] }],
    })
  })

  test.each([
    ['', 1, 'found the end'],
    ['   ', 4, 'found the end'],
    ['title', 6, 'expected an operator, found the end'],
    ['title ', 7, 'expected an operator'],
    ['title eq', 9, 'expected a JSON string'],
    ['title eq and', 10, 'expected a JSON string'],
    ['title eq x', 10, 'expected a JSON string'],
    ["title eq 'x'", 10, 'expected a JSON string'],
    ['title eq "x', 10, 'no closing quote'],
    ['title eq "x\\"', 10, 'no closing quote'],
    ['title eq "\\x"', 10, 'not a JSON string'],
    ['title eq "\\u12"', 10, 'not a JSON string'],
    ['title eq "a\nb"', 10, 'not a JSON string'],
    ['title eq "\\u0000"', 10, 'U+0000'],
    ['title eq "\\ud800"', 10, 'surrogate'],
    ['title eq "x" title pr', 14, 'expected and, or, or the end'],
    ['title eq "x""y"', 13, 'expected and, or, or the end'],
    ['title eq"x"', 9, 'expected a space'],
    ['title eq "x"and title pr', 13, 'expected a space'],
    ['title eq "x" and(title pr)', 17, 'expected a space'],
    ['(title pr)and title pr', 11, 'expected a space'],
    ['title pr and', 13, 'expected an attribute'],
    ['and title pr', 1, 'no attribute "and"'],
    ['title pr and or title pr', 14, 'no attribute "or"'],
    ['title pr "x"', 10, 'found a string'],
    ['title is "x"', 7, 'expected an operator, found "is"'],
    ['title = "x"', 7, 'expected an operator'],
    ['title not eq "x"', 7, 'expected an operator'],
    ['"title" eq "x"', 1, 'expected an attribute'],
    ['title\teq "x"', 1, 'no attribute'],
    ['not title pr', 1, 'no attribute "not"'],
    ['not', 1, 'no attribute "not"'],
    ['not ()', 6, 'expected an attribute'],
    ['()', 2, 'expected an attribute'],
    ['(title pr', 10, 'expected and, or, or ")"'],
    ['title pr)', 9, 'found ")"'],
    ['(title pr]', 10, 'found "]"'],
    ['emails[type eq "work"', 22, 'expected and, or, or "]"'],
    ['emails[type eq "work")', 22, 'found ")"'],
    ['emails[]', 8, 'expected an attribute'],
    ['emails [type pr]', 8, 'expected an operator'],
    ['[type pr]', 1, 'expected an attribute'],
    ['emails[type eq "work"].', 23, 'no sub-attribute'],
    ['emails[type eq "work"].nope eq "x"', 23, 'no sub-attribute "nope"'],
    ['emails[type eq "work"].value', 29, 'expected an operator'],
    ['emails[type eq "work"]value eq "x"', 23, 'expected a space after "]"'],
    ['emails[type eq "work"] .value eq "x"', 24, 'expected and, or, or the end'],
    ['emails[nope eq "x"]', 8, 'emails has no sub-attribute "nope"'],
    ['emails[emails.type eq "x"]', 8, 'no sub-attribute'],
    ['emails[type[value pr]]', 12, 'inside another'],
    ['emails.value[type pr]', 13, 'no sub-attributes'],
    ['title[value pr]', 6, 'no sub-attributes'],
    ['schemas[value pr]', 8, 'no sub-attributes'],
    ['nope eq "x"', 1, 'User has no attribute "nope"'],
    ['department.value eq "x"', 1, 'no attribute'],
    ['password eq "x"', 1, 'no attribute'],
    ['userName.value eq "x"', 1, 'no attribute'],
    ['urn:example:x eq "x"', 1, 'no attribute'],
    [`${enterpriseUserSchemaId} pr`, 1, 'no attribute'],
    ['__proto__ pr', 1, 'no attribute'],
    ['constructor pr', 1, 'no attribute'],
    ['toString eq "x"', 1, 'no attribute'],
    ['emails[constructor pr]', 8, 'no sub-attribute'],
    ['name eq "x"', 9, 'complex'],
    ['addresses co "x"', 14, 'complex'],
    ['name eq null', 9, 'complex'],
    ['active gt true', 11, 'boolean and cannot be compared with gt'],
    ['active co "true"', 11, 'boolean and cannot be compared with co'],
    ['active eq "yes"', 11, 'true or false'],
    ['active eq 1', 11, 'true or false'],
    ['active eq True', 11, 'expected a JSON string'],
    ['active eq TRUE', 11, 'expected a JSON string'],
    ['title eq true', 10, 'a string'],
    ['title eq 5', 10, 'a string'],
    ['title gt null', 10, 'null'],
    ['title co null', 10, 'null'],
    ['x509Certificates.value le "AAAA"', 27, 'binary and cannot be compared with le'],
    ['x509Certificates co "AAAA"', 21, 'binary and cannot be compared with co'],
    ['meta.created co "2011"', 17, 'dateTime and cannot be compared with co'],
    ['meta.created gt "2011-05-13"', 17, 'with a zone'],
    ['meta.created gt "2011-05-13T04:42:34"', 17, 'with a zone'],
    ['meta.created gt 5', 17, 'with a zone'],
    ['title eq 01', 10, 'expected a JSON string'],
    ['title eq +1', 10, 'expected a JSON string'],
    ['title eq 1.', 10, 'expected a JSON string'],
    ['title eq .5', 10, 'expected a JSON string'],
    ['title eq 1e999', 10, 'expected a JSON string'],
    ['title eq NaN', 10, 'expected a JSON string'],
  ])('refuses %j at position %i', (text, position, problem) => {
    const error = failure(() => parse(text))
    expect(error.scimType).toBe('invalidFilter')
    expect(error.message).toContain(`position ${position}: `)
    expect(error.message).toContain(problem)
  })

  test('does not repeat strings in its errors', () => {
    expect(failure(() => parse('userName eq "ann@example.com" "secret"')).message).not.toMatch(/ann|secret/)
  })
})

describe('numbers in filters', () => {
  const type = {
    ...userResourceType,
    schema: {
      ...userResourceType.schema,
      attributes: [number('size', 'decimal'), number('rank', 'integer')],
    },
  }

  test.each([
    ['size eq 1.5', 1.5],
    ['size gt -2e3', -2000],
    ['size le 0', 0],
    ['size eq -0', 0],
    ['rank eq 7', 7],
    ['rank lt 1e2', 100],
  ])('reads %s', (text, value) => {
    expect(parseFilter(type, text)).toMatchObject({ kind: 'compare', value })
  })

  test.each(['size eq "1"', 'rank eq 1.5', 'rank eq 9007199254740993', 'size co 1', 'rank eq true'])(
    'refuses %s',
    (text) => {
      expect(failure(() => parseFilter(type, text)).scimType).toBe('invalidFilter')
    },
  )

  function number(name: string, kind: 'decimal' | 'integer') {
    const attribute = userResourceType.schema.attributes.find((each) => each.name === 'title')
    if (attribute === undefined) throw new Error('no attribute title')
    return { ...attribute, name, type: kind }
  }
})

describe('the limits of filters', () => {
  test('are told when a filter is too long', () => {
    const text = `title eq "${'é'.repeat(maxFilterBytes / 2)}"`
    expect(failure(() => parse(text)).message).toContain(`${maxFilterBytes} bytes`)
  })

  test.each([
    ['parentheses', (depth: number) => `${'('.repeat(depth)}title pr${')'.repeat(depth)}`],
    ['not', (depth: number) => `${'not ('.repeat(depth)}title pr${')'.repeat(depth)}`],
    [
      'parentheses in a value path',
      (depth: number) => `emails[${'('.repeat(depth - 1)}type pr${')'.repeat(depth - 1)}]`,
    ],
  ])('stop %s that nest too deep', (_what, nested) => {
    expect(parse(nested(maxFilterDepth))).toBeDefined()
    expect(failure(() => parse(nested(maxFilterDepth + 1))).scimType).toBe('invalidFilter')
  })

  test('let many brackets stand side by side', () => {
    expect(parse(Array.from({ length: 200 }, () => '(title pr)').join(' or '))).toBeDefined()
  })

  test('stop a filter of too many comparisons', () => {
    const many = (terms: number) => Array.from({ length: terms }, () => 'title pr').join(' or ')
    expect(parse(many(maxFilterTerms))).toBeDefined()
    expect(failure(() => parse(many(maxFilterTerms + 1))).message).toContain(`${maxFilterTerms} comparisons`)
  })

  test.each(['(', ')', '[', '"', '\\', 'not (', 'emails[', ' ', '.', 'a'])(
    'meet 10,000 times %j with invalidFilter',
    (piece) => {
      expect(failure(() => parse(piece.repeat(10_000))).scimType).toBe('invalidFilter')
      const longestTaken = piece.repeat(Math.floor(maxFilterBytes / piece.length))
      expect(failure(() => parse(longestTaken)).scimType).toBe('invalidFilter')
    },
  )
})

describe('any filter', () => {
  test('reads back from its text', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parse(formatFilter(filter))).toEqual(filter)
      }),
      { numRuns: 1000 },
    )
  })

  test('is read or refused with invalidFilter, whatever the text', () => {
    const pieces = [
      'title',
      'emails',
      'type',
      ' ',
      ' ',
      'eq',
      'pr',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      '.value',
      'null',
      '1',
    ]
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((each) => each.join('')),
    )
    fc.assert(
      fc.property(text, (each) => {
        try {
          parse(each)
        } catch (error) {
          expect(error).toMatchObject({ scimType: 'invalidFilter', status: 400 })
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** The tree without the definitions of its attributes. */
function skeleton(filter: Filter): unknown {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { [filter.kind]: filter.operands.map(skeleton) }
    case 'not':
      return { not: skeleton(filter.operand) }
    case 'present':
      return filter.path.attribute.name
    case 'valuePath':
      return { [filter.path.attribute.name]: skeleton(filter.filter) }
    case 'compare':
      return [filter.path.attribute.name, filter.operator, filter.value]
  }
}
