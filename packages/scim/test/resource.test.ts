import {
  enterpriseUserSchemaId,
  maxValues,
  readResource,
  replaceResource,
  sameJson,
  userResourceType,
  userSchemaId,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { deepFreeze } from './deep-freeze.ts'
import { groupType, partSchemaId, strictType, thingSchemaId, thingType } from './types.ts'

const schemas = [userSchemaId]
const read = (attributes: object) => readResource(userResourceType, { schemas, userName: 'bjensen', ...attributes })
const user = (attributes: object) => ({ schemas, userName: 'bjensen', ...attributes })
const readThing = (attributes: object) => readResource(thingType, { schemas: [thingSchemaId], ...attributes })
const refusal = (scimType: string, message = /./) =>
  expect.objectContaining({ status: 400, scimType, message: expect.stringMatching(message) })

describe('readResource', () => {
  test.each([
    ['null', null],
    ['text', 'user'],
    ['a list', []],
    ['an object without schemas', { userName: 'bjensen' }],
    ['empty schemas', { schemas: [], userName: 'bjensen' }],
    ['schemas that is text', { schemas: userSchemaId, userName: 'bjensen' }],
    ['schemas with a number', { schemas: [userSchemaId, 1], userName: 'bjensen' }],
    ['unknown schemas alone', { schemas: ['urn:example:nope'], userName: 'bjensen' }],
    ['the schema of an extension alone', { schemas: [enterpriseUserSchemaId], userName: 'bjensen' }],
    ['an attribute in two spellings', { schemas, userName: 'bjensen', USERNAME: 'babs' }],
    ['a sub-attribute in two spellings', { schemas, userName: 'bjensen', name: { givenName: 'B', givenname: 'C' } }],
  ])('refuses %s with invalidSyntax', (_what, body) => {
    expect(() => readResource(userResourceType, body)).toThrow(refusal('invalidSyntax'))
  })

  test('reads names and URNs in any case and gives them as the schema spells them, in its order', () => {
    const body = {
      [enterpriseUserSchemaId.toUpperCase()]: { Manager: { VALUE: '2' }, DEPARTMENT: 'Tours' },
      EMAILS: [{ TYPE: 'work', Value: 'b@example.com' }],
      NAME: { GIVENNAME: 'Barbara', familyname: 'Jensen' },
      username: 'bjensen',
      externalid: '00u1',
      Schemas: [enterpriseUserSchemaId, userSchemaId.toLowerCase()],
    }
    const text = JSON.stringify(readResource(userResourceType, body))
    expect(text).toBe(
      JSON.stringify({
        schemas: [userSchemaId, enterpriseUserSchemaId],
        externalId: '00u1',
        userName: 'bjensen',
        name: { familyName: 'Jensen', givenName: 'Barbara' },
        emails: [{ value: 'b@example.com', type: 'work' }],
        [enterpriseUserSchemaId]: { department: 'Tours', manager: { value: '2' } },
      }),
    )
  })

  test('gives the schemas that have values, whatever the body lists', () => {
    const listed = [userSchemaId, enterpriseUserSchemaId, 'http://schemas.microsoft.com/2006/11/Other']
    expect(read({ schemas: listed })).toStrictEqual(user({}))
    expect(read({ [enterpriseUserSchemaId]: { department: 'Tours' } })).toStrictEqual(
      user({ schemas: [userSchemaId, enterpriseUserSchemaId], [enterpriseUserSchemaId]: { department: 'Tours' } }),
    )
  })

  test('ignores what the type does not have and what the server alone writes', () => {
    const ignored = {
      id: 'x',
      meta: { created: '2001-01-01T00:00:00Z', location: 'http://elsewhere.example' },
      groups: [{ value: '1' }],
      password: 'secret',
      isAdmin: true,
      'urn:example:Other': { a: 1 },
      name: { formatted: 'B', nope: 'x' },
    }
    expect(read(ignored)).toStrictEqual(user({ name: { formatted: 'B' } }))
    const origin = { country: 'NO', checked: true }
    expect(readThing({ stock: 3, origin })).toStrictEqual({ schemas: [thingSchemaId], origin: { country: 'NO' } })
  })

  test('takes the names of a prototype for unknown attributes', () => {
    const body: unknown = JSON.parse(
      `{"schemas":["${userSchemaId}"],"userName":"bjensen","__proto__":{"active":true},"constructor":{"a":1},
        "toString":"x","name":{"__proto__":{"givenName":"B"},"constructor":"C","familyName":"Jensen"}}`,
    )
    expect(readResource(userResourceType, body)).toStrictEqual(user({ name: { familyName: 'Jensen' } }))
    expect(Object.keys({})).toStrictEqual([])
  })

  test.each([
    ['null', null],
    ['an empty text, which Okta sends for a mapped attribute', ''],
    ['an empty list', []],
  ])('takes %s for no value', (_what, nothing) => {
    const body = { nickName: nothing === null ? null : '', emails: nothing, [enterpriseUserSchemaId]: null }
    expect(read(body)).toStrictEqual(user({}))
  })

  test('drops complex values that end empty, and values that hold their labels alone', () => {
    const body = {
      name: { givenName: '', familyName: null },
      emails: [null, {}, { value: '', type: 'work', primary: true }, { value: 'b@example.com' }],
      phoneNumbers: [{ type: 'mobile' }],
      [enterpriseUserSchemaId]: { manager: {} },
    }
    expect(read(body)).toStrictEqual(user({ emails: [{ value: 'b@example.com' }] }))
  })

  test('gives complete duplicates once', () => {
    const body = {
      emails: [
        { value: 'b@example.com', type: 'work' },
        { type: 'work', VALUE: 'b@example.com' },
      ],
    }
    expect(read(body)).toStrictEqual(user({ emails: [{ value: 'b@example.com', type: 'work' }] }))
  })

  test.each([true, 'true', 'True', 'TRUE'])('reads the boolean %j, as text where Entra ID sends it so', (active) => {
    expect(read({ active })).toStrictEqual(user({ active: true }))
  })

  test('reads a manager that is text as its value, which is what Entra ID sends', () => {
    expect(read({ [enterpriseUserSchemaId]: { manager: '2' } })).toStrictEqual(
      user({ schemas: [userSchemaId, enterpriseUserSchemaId], [enterpriseUserSchemaId]: { manager: { value: '2' } } }),
    )
  })

  test('requires what the schema requires', () => {
    const required = refusal('invalidValue', /userName/)
    expect(() => readResource(userResourceType, { schemas })).toThrow(required)
    expect(() => read({ userName: null })).toThrow(required)
    expect(() => read({ userName: '' })).toThrow(required)
    expect(() => readThing({ [partSchemaId]: { weight: 1 } })).toThrow(refusal('invalidValue', /number is required/))
    expect(readThing({ [partSchemaId]: {} })).toStrictEqual({ schemas: [thingSchemaId] })
    const group = { schemas: [groupType.schema.id], displayName: 'G', members: [{ display: 'Ann' }] }
    expect(() => readResource(groupType, group)).toThrow(refusal('invalidValue', /members\.value is required/))
  })

  test('requires an extension that the type requires', () => {
    const strict = { schemas: [strictType.schema.id] }
    expect(() => readResource(strictType, strict)).toThrow(refusal('invalidValue', /urn:example:Part is required/))
  })

  test('refuses a second primary value', () => {
    const emails = [
      { value: 'a@example.com', primary: true },
      { value: 'b@example.com', primary: 'True' },
    ]
    expect(() => read({ emails })).toThrow(refusal('invalidValue', /emails has more than one primary value/))
  })

  test('takes as many values as maxValues and no more', () => {
    const values = Array.from({ length: maxValues }, (_, i) => ({ value: `${i}` }))
    expect(read({ roles: values })).toStrictEqual(user({ roles: values }))
    expect(() => read({ roles: [...values, { value: 'one more' }] })).toThrow(refusal('invalidValue', /roles/))
  })

  test.each([
    ['displayName', 5],
    ['displayName', true],
    ['displayName', ['B']],
    ['displayName', { value: 'B' }],
    ['displayName', 'nul\u0000'],
    ['displayName', 'half \ud800'],
    ['userName', 'ø'.repeat(257)],
    ['profileUrl', 1],
    ['active', 'yes'],
    ['active', 1],
    ['name', 'Barbara'],
    ['name', [{ givenName: 'B' }]],
    ['name', { givenName: 5 }],
    ['emails', { value: 'b@example.com' }],
    ['emails', 'b@example.com'],
    ['emails', ['b@example.com']],
    ['emails', [[{ value: 'b@example.com' }]]],
    ['emails', [{ value: 5 }]],
    ['emails', [{ value: 'b@example.com', primary: 'maybe' }]],
    ['x509Certificates', [{ value: 'not base64!' }]],
    [enterpriseUserSchemaId, 'Tours'],
    [enterpriseUserSchemaId, [{ department: 'Tours' }]],
  ])('refuses for %s the value %j and names the attribute', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(
      refusal('invalidValue', new RegExp(`^${name.replaceAll('.', '\\.')}`)),
    )
  })

  test('never repeats a value in an error', () => {
    expect(() => read({ name: 'Barbara' })).toThrow(expect.objectContaining({ message: 'name takes an object' }))
  })
})

describe('the types of values (RFC 7643 §2.3)', () => {
  test.each([
    ['count', -7],
    ['ratio', 0.5],
    ['ratio', -3],
    ['since', '2024-02-29T23:59:59.123+14:00'],
    ['since', '2011-05-13T04:42:34Z'],
    ['data', 'AAAA'],
    ['data', 'AA=='],
    ['data', 'AA'],
    ['data', 'A-_A'],
    ['data', 'A+/A'],
    ['link', '../Users/1'],
    ['tags', ['a', 'b']],
    ['serial', 'A1'],
    ['secret', 'x'],
  ])('takes for %s the value %j', (name, value) => {
    expect(readThing({ [name]: value })).toStrictEqual({ schemas: [thingSchemaId], [name]: value })
  })

  test.each([
    ['count', 1.5],
    ['count', '1'],
    ['count', 2 ** 53],
    ['ratio', '0.5'],
    ['ratio', Number.POSITIVE_INFINITY],
    ['since', '2011-05-13'],
    ['since', '2011-05-13T04:42:34'],
    ['since', '2023-02-29T00:00:00Z'],
    ['since', 1305261754],
    ['data', 'A'],
    ['data', 'AA='],
    ['data', 'AAAA=A'],
    ['data', 'A-/A'],
    ['data', 'AA AA'],
    ['tags', 'a'],
    ['tags', [1]],
    ['text', 'x'.repeat(101)],
  ])('refuses for %s the value %j', (name, value) => {
    expect(() => readThing({ [name]: value })).toThrow(refusal('invalidValue', new RegExp(`^${name}`)))
  })

  test('reads negative zero as zero', () => {
    const thing = readThing(JSON.parse('{"count":-0,"ratio":-0.0}') as object)
    expect(thing).toStrictEqual({ schemas: [thingSchemaId], count: 0, ratio: 0 })
  })
})

describe('replaceResource (RFC 7644 §3.5.1)', () => {
  const current = deepFreeze({
    schemas: [userSchemaId, enterpriseUserSchemaId],
    id: '2819',
    meta: { resourceType: 'User', created: '2026-01-31T08:00:00Z' },
    externalId: '00u1',
    userName: 'bjensen',
    name: { familyName: 'Jensen', givenName: 'Barbara' },
    active: false,
    emails: [{ value: 'b@work.example', type: 'work' }, { value: 'b@home.example' }],
    groups: [{ value: '1', display: 'Guides' }],
    [enterpriseUserSchemaId]: { department: 'Tours' },
  })
  const replace = (body: object) => replaceResource(userResourceType, current, { schemas, ...body })

  test('clears what the body leaves out, but for active and what the server alone writes', () => {
    expect(replace({ userName: 'babs' })).toStrictEqual({
      schemas,
      id: '2819',
      meta: current.meta,
      userName: 'babs',
      active: false,
      groups: current.groups,
    })
  })

  test('ignores other values for what the server alone writes', () => {
    const body = { ...current, id: 'x', meta: { created: '2001-01-01T00:00:00Z' }, groups: [] }
    expect(replace(body)).toBe(current)
  })

  test('gives the same object when the body says the same, in whatever order and case', () => {
    const body = {
      [enterpriseUserSchemaId]: { DEPARTMENT: 'Tours', division: '' },
      emails: [{ value: 'b@home.example' }, { type: 'work', value: 'b@work.example' }],
      ACTIVE: 'False',
      name: { givenName: 'Barbara', familyName: 'Jensen', middleName: null },
      externalId: '00u1',
      userName: 'bjensen',
      title: null,
    }
    expect(replace(body)).toBe(current)
  })

  test('takes null for left out', () => {
    expect(replace({ ...current, active: null })).toBe(current)
    expect(replace({ ...current, externalId: null })).not.toHaveProperty('externalId')
  })

  test('sets active when the body has it', () => {
    expect(replace({ ...current, active: true })).toHaveProperty('active', true)
  })

  test('replaces the values of a multi-valued attribute as a whole, and a complex attribute too', () => {
    const replaced = replace({ ...current, emails: [{ value: 'n@work.example' }], name: { givenName: 'Babs' } })
    expect(replaced['emails']).toStrictEqual([{ value: 'n@work.example' }])
    expect(replaced['name']).toStrictEqual({ givenName: 'Babs' })
  })

  test('requires what the schema requires', () => {
    expect(() => replace({})).toThrow(refusal('invalidValue', /userName is required/))
  })

  test('reads the body as a POST does', () => {
    expect(() => replaceResource(userResourceType, current, { userName: 'b' })).toThrow(refusal('invalidSyntax'))
    expect(() => replace({ userName: 'b', active: 'maybe' })).toThrow(refusal('invalidValue', /active/))
  })

  test('keeps what is immutable, and refuses another value for it', () => {
    const thing = {
      schemas: [thingSchemaId],
      serial: 'A1',
      stock: 3,
      origin: { country: 'NO', batch: '1', checked: true },
    }
    const replaceThing = (body: object) => replaceResource(thingType, thing, { schemas: [thingSchemaId], ...body })
    expect(replaceThing({ origin: { country: 'SE' } })).toStrictEqual({
      schemas: [thingSchemaId],
      serial: 'A1',
      stock: 3,
      origin: { country: 'SE', batch: '1', checked: true },
    })
    expect(replaceThing({ serial: 'A1', origin: { country: 'NO', batch: '1' } })).toBe(thing)
    expect(() => replaceThing({ serial: 'A2' })).toThrow(refusal('mutability', /serial/))
    expect(() => replaceThing({ origin: { batch: '2' } })).toThrow(refusal('mutability', /origin\.batch/))
    expect(
      replaceResource(thingType, { schemas: [thingSchemaId] }, { schemas: [thingSchemaId], serial: 'A2' }),
    ).toStrictEqual({ schemas: [thingSchemaId], serial: 'A2' })
  })
})

describe('sameJson', () => {
  test.each([
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    [null, {}, false],
    [[], {}, false],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, null], false],
    [{ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: null }, { b: null }, false],
    [{}, { toString: 1 }, false],
    [{ toString: 1 }, {}, false],
  ])('of %j and %j is %j', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same)
  })

  test('takes values nested deeper than the stack', () => {
    const nest = (leaf: number) => {
      let value: unknown = leaf
      for (let depth = 0; depth < 200_000; depth++) value = [value]
      return value as never
    }
    expect(sameJson(nest(1), nest(1))).toBe(true)
    expect(sameJson(nest(1), nest(2))).toBe(false)
  })
})
