import { formatFilter, formatPath, parseListQuery, userResourceType } from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { failure } from './support/failure.ts'

const parse = (query: { readonly [name: string]: string | readonly string[] | undefined }) =>
  parseListQuery(userResourceType, query)

describe('parseListQuery (RFC 7644 §3.4.2)', () => {
  test('has a default for everything', () => {
    expect(parse({})).toEqual({
      filter: undefined,
      sortBy: undefined,
      sortOrder: 'ascending',
      startIndex: 1,
      count: 100,
      selection: undefined,
    })
  })

  test('reads every parameter', () => {
    const query = parse({
      filter: 'title pr',
      sortBy: 'NAME.familyname',
      sortOrder: 'Descending',
      startIndex: '11',
      count: '10',
      attributes: 'userName, emails.value',
    })
    expect(query).toMatchObject({ sortOrder: 'descending', startIndex: 11, count: 10 })
    expect(query.filter && formatFilter(query.filter)).toBe('title pr')
    expect(query.sortBy && formatPath(query.sortBy)).toBe('name.familyName')
    expect(query.selection).toBeDefined()
  })

  test('ignores parameters that SCIM does not know, repeated or not', () => {
    expect(parse({ aadOptscim062020: '', cursor: ['a', 'b'], FILTER: 'x' })).toEqual(parse({}))
  })

  test.each([
    ['startIndex', '0', 1],
    ['startIndex', '-3', 1],
    ['startIndex', '99999', 99_999],
    ['count', '0', 0],
    ['count', '-5', 0],
    ['count', '1000', 1000],
    ['count', '1001', 1000],
    ['count', '007', 7],
  ])('reads %s=%s as %i', (name, text, value) => {
    expect(parse({ [name]: text })).toMatchObject({ [name]: value })
  })

  test.each([
    ['emails', 'emails.value'],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value',
    ],
    ['meta.created', 'meta.created'],
  ])('sorts by %s as by %s', (text, path) => {
    const { sortBy } = parse({ sortBy: text })
    expect(sortBy && formatPath(sortBy)).toBe(path)
  })

  test.each([{ attributes: '' }, { excludedAttributes: ' ' }, { attributes: [] }])(
    'reads %j as no selection',
    (query) => {
      expect(parse(query).selection).toBeUndefined()
    },
  )

  test('takes a parameter that came alone in a list', () => {
    expect(parse({ count: ['5'] }).count).toBe(5)
  })

  test.each([
    ['startIndex', 'x'],
    ['startIndex', ''],
    ['startIndex', '1.5'],
    ['startIndex', '1e3'],
    ['startIndex', '0x10'],
    ['startIndex', ' 1'],
    ['startIndex', '9007199254740992'],
    ['startIndex', '-9007199254740992'],
    ['count', 'ten'],
    ['count', '99999999999999999999'],
    ['sortOrder', 'up'],
    ['sortOrder', ''],
    ['sortBy', 'nope'],
    ['sortBy', ''],
    ['sortBy', 'name'],
    ['sortBy', 'addresses'],
    ['sortBy', '__proto__'],
    ['filter', ['title pr', 'title pr']],
    ['sortBy', ['title', 'title']],
    ['sortOrder', ['ascending', 'ascending']],
    ['startIndex', ['1', '1']],
    ['count', ['1', '1']],
    ['attributes', ['title', 'title']],
    ['excludedAttributes', ['title', 'title']],
  ])('refuses %s=%s with invalidValue that names it', (name, value) => {
    const error = failure(() => parse({ [name]: value }))
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' })
    expect(error.message).toContain(name)
  })

  test.each(['', 'title', 'nope pr'])('refuses the filter %j with invalidFilter', (filter) => {
    expect(failure(() => parse({ filter })).scimType).toBe('invalidFilter')
  })

  test('refuses a selection of an unknown attribute', () => {
    expect(failure(() => parse({ attributes: 'nope' })).scimType).toBe('invalidValue')
  })
})
