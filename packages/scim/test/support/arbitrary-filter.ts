import { type AttributePath, type ComparisonOperator, type Filter, parsePath, userResourceType } from '@rollcall/scim'
import fc from 'fast-check'

const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager'
const texts = [
  'userName',
  'title',
  'externalId',
  'name.givenName',
  'emails.value',
  'emails.type',
  'groups.$ref',
  'schemas',
  'profileUrl',
  `${manager}.value`,
]
const booleans = ['active', 'emails.primary']
const dateTimes = ['meta.created', 'meta.lastModified']
const binaries = ['x509Certificates.value']
const complexes = ['name', 'emails', 'addresses', manager]

const equality: readonly ComparisonOperator[] = ['eq', 'ne']
const order: readonly ComparisonOperator[] = [...equality, 'gt', 'ge', 'lt', 'le']
const all: readonly ComparisonOperator[] = [...order, 'co', 'sw', 'ew']

const path = (text: string) => parsePath(userResourceType, text)
const shortText = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\u0000'))
const instant = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
  .map((date) => date.toISOString())

/** Filters of users, with paths and literals of every type, as `parseFilter` gives them. */
export const anyFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison(texts.map(path), all, shortText),
    comparison(booleans.map(path), equality, fc.boolean()),
    comparison(dateTimes.map(path), order, instant),
    comparison(binaries.map(path), equality, shortText),
    fc
      .constantFrom(...texts, ...booleans, ...complexes)
      .map((text) => ({ kind: 'present' as const, path: path(text) })),
    valuePath('emails', ['value', 'type', 'display'], ['primary']),
    valuePath('addresses', ['streetAddress', 'country'], ['primary']),
    combination(tie('filter')),
  ),
})).filter

function comparison<Value extends string | boolean>(
  paths: readonly AttributePath[],
  operators: readonly ComparisonOperator[],
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<Filter> {
  const kind = fc.constant('compare' as const)
  return fc.oneof(
    fc.record({ kind, path: fc.constantFrom(...paths), operator: fc.constantFrom(...operators), value }),
    fc.record({
      kind,
      path: fc.constantFrom(...paths),
      operator: fc.constantFrom(...equality),
      value: fc.constant(null),
    }),
  )
}

function combination(filter: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(filter, { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: filter }),
  )
}

function valuePath(name: string, strings: readonly string[], flags: readonly string[]): fc.Arbitrary<Filter> {
  const inside = (sub: string): AttributePath => {
    const { subAttribute } = path(`${name}.${sub}`)
    if (subAttribute === undefined) throw new Error(`no sub-attribute ${sub}`)
    return { extension: undefined, attribute: subAttribute, subAttribute: undefined }
  }
  const term = fc.oneof(
    comparison(strings.map(inside), all, shortText),
    comparison(flags.map(inside), equality, fc.boolean()),
  )
  return fc.record({
    kind: fc.constant('valuePath' as const),
    path: fc.constant(path(name)),
    filter: fc.oneof(term, combination(term)),
  })
}
