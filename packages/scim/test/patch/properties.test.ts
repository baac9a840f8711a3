import {
  applyPatch,
  enterpriseUserSchemaId,
  type Json,
  parsePatch,
  patchOpSchema,
  readResource,
  replaceResource,
  type Resource,
  sameJson,
  ScimError,
  userResourceType,
  userSchemaId,
} from '@rollcall/scim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deepFreeze } from '../deep-freeze.ts'

const type = userResourceType

/** Few different words, so that values meet each other and filters find something. */
const word = fc.constantFrom('a', 'b', 'A', 'work', 'home', 'nope', 'ø', '')
const email = fc.record(
  { value: word, display: word, type: word, primary: fc.constantFrom(true, false, 'True') },
  { requiredKeys: [] },
)
const attributes = fc.record(
  {
    nickName: word,
    title: fc.constantFrom('T', null),
    active: fc.constantFrom(true, false, 'False'),
    name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
    emails: fc.array(email, { maxLength: 4 }),
    addresses: fc.array(fc.record({ locality: word, type: word }, { requiredKeys: [] }), { maxLength: 3 }),
    [enterpriseUserSchemaId]: fc.record(
      { department: word, manager: fc.record({ value: word, displayName: word }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

const user = attributes
  .filter(({ emails = [] }) => emails.filter(({ primary }) => primary === true || primary === 'True').length < 2)
  .map((values) => deepFreeze(readResource(type, { schemas: [userSchemaId], userName: 'bjensen', ...values })))

const plainPath = fc.constantFrom(
  'nickName',
  'userName',
  'active',
  'name',
  'name.givenName',
  'emails',
  'emails.display',
  'addresses',
  enterpriseUserSchemaId,
  `${enterpriseUserSchemaId}:manager`,
  `${enterpriseUserSchemaId}:department`,
)
const filterPath = fc
  .tuple(
    fc.constantFrom('type', 'value', 'display'),
    fc.constantFrom('eq', 'ne', 'co', 'sw'),
    word,
    fc.constantFrom('', '.value', '.display', '.type', '.primary'),
  )
  .map(([name, operator, text, rest]) => `emails[${name} ${operator} ${JSON.stringify(text)}]${rest}`)
const oddPath = fc.constantFrom('id', 'meta.created', 'groups', '__proto__', 'constructor.prototype', 'nope', 'emails[')

const value = fc.oneof(
  word,
  fc.boolean(),
  email,
  fc.array(email, { maxLength: 3 }),
  attributes,
  fc.constantFrom<Json>(null, 'True', 'False', [], {}),
)
const operationAt = (path: fc.Arbitrary<string>) =>
  fc.record({ op: fc.constantFrom('add', 'Replace', 'remove'), path, value }, { requiredKeys: ['op', 'path'] })
const operation = fc.oneof(
  operationAt(plainPath),
  operationAt(filterPath),
  operationAt(oddPath),
  fc.record({ op: fc.constantFrom('add', 'replace'), value: attributes }),
)

const anyJson = fc.oneof(fc.jsonValue(), fc.constantFrom<Json>('__proto__', { constructor: { prototype: { x: 1 } } }))
const anyBody = fc.oneof(
  anyJson,
  fc.record({ schemas: fc.oneof(fc.constant([patchOpSchema]), anyJson), Operations: anyJson }),
  fc.record({
    schemas: fc.constant([patchOpSchema]),
    Operations: fc.array(
      fc.oneof(
        operation,
        fc.record(
          {
            op: fc.oneof(fc.constantFrom('add', 'replace', 'remove'), anyJson),
            path: fc.oneof(plainPath, fc.string()),
            value: anyJson,
          },
          { requiredKeys: [] },
        ),
      ),
    ),
  }),
)

function patch(resource: Resource, operations: readonly unknown[]): Resource {
  return applyPatch(type, resource, parsePatch(type, deepFreeze({ schemas: [patchOpSchema], Operations: operations })))
}

/** The result, or undefined when the request was refused as it may be. Any other failure is the engine's. */
function unlessRefused<Result>(run: () => Result): Result | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof ScimError) return undefined
    throw error
  }
}

/** A resource is in canonical form when reading it gives it back, with its members in the same order. */
function expectCanonical(resource: Resource): void {
  expect(JSON.stringify(readResource(type, resource))).toBe(JSON.stringify(resource))
}

describe('whatever a client sends', () => {
  test('a body becomes a canonical resource or a refusal', () => {
    const likely = fc
      .tuple(attributes, fc.dictionary(fc.string(), anyJson))
      .map(([known, unknown]) => ({ schemas: [userSchemaId], userName: 'b', ...unknown, ...known }))
    fc.assert(
      fc.property(fc.oneof(anyJson, likely), (body) => {
        const resource = unlessRefused(() => readResource(type, deepFreeze(body)))
        if (resource !== undefined) expectCanonical(resource)
      }),
      { numRuns: 1500 },
    )
  })

  test('a patch becomes a canonical resource or a refusal', () => {
    fc.assert(
      fc.property(user, anyBody, (resource, body) => {
        const patched = unlessRefused(() => applyPatch(type, resource, parsePatch(type, deepFreeze(body))))
        if (patched !== undefined) expectCanonical(patched)
      }),
      { numRuns: 2500 },
    )
    expect(Object.keys(Object.prototype)).toStrictEqual([])
  })

  test('a replacement becomes a canonical resource or a refusal', () => {
    fc.assert(
      fc.property(user, fc.oneof(anyJson, attributes), (resource, body) => {
        const replaced = unlessRefused(() => replaceResource(type, resource, deepFreeze(body)))
        if (replaced !== undefined) expectCanonical(replaced)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('applyPatch', () => {
  test('writes to nothing that it was given, so that a refusal leaves no trace', () => {
    const failing = { op: 'replace', path: 'emails[type eq "not there"].value', value: 'x' }
    fc.assert(
      fc.property(user, fc.array(operation, { maxLength: 6 }), fc.nat(6), (resource, operations, at) => {
        const text = JSON.stringify(resource)
        expect(() => patch(resource, [...operations.slice(0, at), failing, ...operations.slice(at)])).toThrow(ScimError)
        expect(JSON.stringify(resource)).toBe(text)
      }),
      { numRuns: 1500 },
    )
  })

  test('gives operations in one patch the result that they have one by one', () => {
    fc.assert(
      fc.property(user, operation, operation, (resource, first, second) => {
        const together = unlessRefused(() => patch(resource, [first, second]))
        const inTurn = unlessRefused(() => patch(patch(resource, [first]), [second]))
        if (inTurn !== undefined) expect(together).toStrictEqual(inTurn)
      }),
      { numRuns: 1500 },
    )
  })

  test('gives the same object exactly when nothing changes', () => {
    fc.assert(
      fc.property(user, fc.array(operation, { minLength: 1, maxLength: 4 }), (resource, operations) => {
        const patched = unlessRefused(() => patch(resource, operations))
        if (patched !== undefined && patched !== resource) expect(sameJson(patched, resource)).toBe(false)
      }),
      { numRuns: 1500 },
    )
  })

  test('changes nothing the second time that it replaces', () => {
    fc.assert(
      fc.property(user, plainPath, value, (resource, path, replacement) => {
        const replace = [{ op: 'replace', path, value: replacement }]
        const once = unlessRefused(() => patch(resource, replace))
        if (once !== undefined) expect(patch(once, replace)).toBe(once)
      }),
      { numRuns: 1500 },
    )
  })

  test('changes nothing the second time that it adds', () => {
    fc.assert(
      fc.property(user, plainPath, value, (resource, path, addition) => {
        const add = [{ op: 'add', path, value: addition }]
        const once = unlessRefused(() => patch(resource, add))
        if (once !== undefined) expect(patch(once, add)).toBe(once)
      }),
      { numRuns: 1500 },
    )
  })

  test('takes back with remove what it added', () => {
    const fresh = fc.record({ value: fc.constantFrom('new', 'newer'), type: fc.constantFrom('work', 'other') })
    fc.assert(
      fc.property(user, fc.array(fresh, { minLength: 1, maxLength: 3 }), (resource, values) => {
        const add = { op: 'add', path: 'emails', value: values }
        expect(patch(resource, [add, { op: 'remove', path: 'emails', value: values }])).toBe(resource)
        expect(patch(resource, [add, { op: 'remove', path: 'emails[value sw "new"]' }])).toBe(resource)
        expect(patch(resource, [add])).not.toBe(resource)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('replaceResource', () => {
  test('gives the same object for its own representation, members in any order', () => {
    fc.assert(
      fc.property(user, (resource) => {
        const reversed = Object.fromEntries(Object.entries(resource).toReversed())
        expect(replaceResource(type, resource, reversed)).toBe(resource)
      }),
      { numRuns: 1000 },
    )
  })

  test('says what reading the body says', () => {
    fc.assert(
      fc.property(user, user, (current, wanted) => {
        const { active = current['active'], ...others } = wanted
        const expected = active === undefined ? others : { ...others, active }
        expect(replaceResource(type, current, wanted)).toStrictEqual(sameJson(current, expected) ? current : expected)
      }),
      { numRuns: 1000 },
    )
  })
})
