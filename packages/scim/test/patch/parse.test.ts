import {
  maxComparisons,
  maxOperations,
  maxPathBytes,
  parsePatch,
  patchOpSchema,
  userResourceType,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'

const parse = (body: unknown) => parsePatch(userResourceType, body)
const withOperations = (...operations: readonly unknown[]) => ({ schemas: [patchOpSchema], Operations: operations })
const refusal = (scimType: string) => expect.objectContaining({ status: 400, scimType })

const valid = { op: 'replace', path: 'title', value: 'Lead' }

describe('the body of a PATCH (RFC 7644 §3.5.2)', () => {
  test.each([
    ['no object', 'text'],
    ['null', null],
    ['a list', [withOperations(valid)]],
    ['no schemas', { Operations: [valid] }],
    ['empty schemas', { schemas: [], Operations: [valid] }],
    ['schemas that is text', { schemas: patchOpSchema, Operations: [valid] }],
    ['another schema', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], Operations: [valid] }],
    ['no Operations', { schemas: [patchOpSchema] }],
    ['empty Operations', withOperations()],
    ['Operations that is text', { schemas: [patchOpSchema], Operations: 'x' }],
    ['Operations that is one object', { schemas: [patchOpSchema], Operations: valid }],
    ['Operations in two spellings', { ...withOperations(valid), operations: [valid] }],
    ['an operation that is null', withOperations(null)],
    ['an operation that is text', withOperations(valid, 'x')],
    ['an operation that is a list', withOperations([valid])],
    ['no op', withOperations({ path: 'title', value: 'Lead' })],
    ['an unknown op', withOperations({ ...valid, op: 'delete' })],
    ['an op that is a number', withOperations({ ...valid, op: 123 })],
    ['an op in two spellings', withOperations({ ...valid, OP: 'add' })],
  ])('%s is refused with invalidSyntax', (_what, body) => {
    expect(() => parse(body)).toThrow(refusal('invalidSyntax'))
  })

  test('names and ops are read in any case, members in any order, and members that nobody knows are ignored', () => {
    const odd = {
      operations: [{ VALUE: 'Lead', name: 'raise', Path: 'title', OP: 'Replace' }],
      Schemas: [patchOpSchema.toUpperCase(), 'urn:example:more'],
    }
    expect(parse(odd)).toStrictEqual(parse(withOperations(valid)))
  })

  test('a path of null is no path', () => {
    const value = { title: 'Lead' }
    expect(parse(withOperations({ op: 'add', path: null, value }))).toStrictEqual(
      parse(withOperations({ op: 'add', value })),
    )
  })

  test('a path must be text', () => {
    expect(() => parse(withOperations({ ...valid, path: ['title'] }))).toThrow(refusal('invalidPath'))
  })
})

describe('the limits of a PATCH', () => {
  const times = (count: number, operation: unknown) => withOperations(...Array.from({ length: count }, () => operation))

  test('it has as many operations as maxOperations and no more', () => {
    expect(parse(times(maxOperations, valid))).toHaveLength(maxOperations)
    expect(() => parse(times(maxOperations + 1, valid))).toThrow(refusal('invalidSyntax'))
  })

  test('attributes without a path count as operations of their own', () => {
    const pair = { op: 'add', value: { title: 'Lead', nickName: 'Babs' } }
    expect(() => parse(times(maxOperations / 2 + 1, pair))).toThrow(refusal('invalidSyntax'))
  })

  test('a path is no longer than maxPathBytes', () => {
    const pathOf = (text: string) => `emails[value eq "${text}"]`
    const longest = pathOf('x'.repeat(maxPathBytes - pathOf('').length))
    expect(parse(withOperations({ op: 'remove', path: longest }))).toHaveLength(1)
    const longer = longest.replace('x', 'ø')
    expect(() => parse(withOperations({ op: 'remove', path: longer }))).toThrow(refusal('invalidPath'))
  })

  test('its filters have as many comparisons as maxComparisons and no more', () => {
    const terms = Array.from({ length: 10 }, () => 'not (value pr) or type eq "work"').join(' or ')
    const remove = { op: 'remove', path: `emails[${terms}]` }
    expect(parse(times(maxComparisons / 20, remove))).toHaveLength(maxComparisons / 20)
    expect(() => parse(times(maxComparisons / 20 + 1, remove))).toThrow(refusal('invalidPath'))
  })
})
