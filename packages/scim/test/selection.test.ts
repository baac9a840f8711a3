import {
  enterpriseUserSchemaId,
  isSelected,
  type Json,
  parseSelection,
  project,
  userResourceType,
  userSchemaId,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { thingSchemaId, thingType } from './types.ts'

const user = {
  schemas: [userSchemaId, enterpriseUserSchemaId],
  id: '2819',
  meta: { resourceType: 'User', version: 'W/"1"' },
  userName: 'bjensen',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  emails: [{ value: 'b@work.example', type: 'work' }, { value: 'b@home.example' }],
  [enterpriseUserSchemaId]: { department: 'Tours', manager: { value: '2', displayName: 'Ann' } },
}
const fixed = { schemas: [userSchemaId], id: '2819' }

type Attributes = { readonly [name: string]: Json }

function only(...attributes: string[]): Attributes {
  return project(userResourceType, user, parseSelection(userResourceType, { attributes }))
}

function without(...excludedAttributes: string[]): Attributes {
  return project(userResourceType, user, parseSelection(userResourceType, { excludedAttributes }))
}

describe('attributes (RFC 7644 §3.9)', () => {
  test.each([
    ['userName', { userName: 'bjensen' }],
    ['USERNAME', { userName: 'bjensen' }],
    [` ${userSchemaId}:userName `, { userName: 'bjensen' }],
    ['id', {}],
    ['schemas', {}],
    ['nickName', {}],
    ['meta.version', { meta: { version: 'W/"1"' } }],
    ['name.givenName', { name: { givenName: 'Barbara' } }],
    ['name', { name: user.name }],
    ['emails.type', { emails: [{ type: 'work' }] }],
    ['emails.display', {}],
  ])('of %s shows that and what is always returned', (name, shown) => {
    expect(only(name)).toStrictEqual({ ...fixed, ...shown })
  })

  test.each([
    [enterpriseUserSchemaId, user[enterpriseUserSchemaId]],
    [enterpriseUserSchemaId.toUpperCase(), user[enterpriseUserSchemaId]],
    [`${enterpriseUserSchemaId}:department`, { department: 'Tours' }],
    [`${enterpriseUserSchemaId}:manager.displayName`, { manager: { displayName: 'Ann' } }],
  ])('of %s shows the extension in part or whole, and its URN in schemas', (name, shown) => {
    expect(only(name)).toStrictEqual({ schemas: user.schemas, id: '2819', [enterpriseUserSchemaId]: shown })
  })

  test('of several names shows them all; the whole attribute includes its parts', () => {
    expect(only('name.givenName', 'name.familyName', 'emails.value', 'emails')).toStrictEqual({
      ...fixed,
      name: user.name,
      emails: user.emails,
    })
  })
})

describe('excludedAttributes (RFC 7644 §3.9)', () => {
  test('hides what it names and nothing that is always returned', () => {
    const { emails: _, ...others } = user
    expect(without('emails', 'id', 'SCHEMAS')).toStrictEqual(others)
  })

  test('hides sub-attributes alone', () => {
    expect(without('emails.type', 'name.givenName', `${enterpriseUserSchemaId}:manager.value`)).toStrictEqual({
      ...user,
      name: { familyName: 'Jensen' },
      emails: [{ value: 'b@work.example' }, { value: 'b@home.example' }],
      [enterpriseUserSchemaId]: { department: 'Tours', manager: { displayName: 'Ann' } },
    })
  })

  test('hides an attribute all of whose sub-attributes are hidden', () => {
    expect(without('name.givenName', 'name.familyName')).not.toHaveProperty('name')
  })

  test('hides an extension by its URN, and its URN in schemas', () => {
    const { [enterpriseUserSchemaId]: _, ...others } = user
    expect(without(enterpriseUserSchemaId)).toStrictEqual({ ...others, schemas: [userSchemaId] })
  })
})

describe('parseSelection', () => {
  test('gives undefined when nothing is asked for', () => {
    expect(parseSelection(userResourceType, {})).toBeUndefined()
    expect(parseSelection(userResourceType, { attributes: [], excludedAttributes: [] })).toBeUndefined()
  })

  test('refuses both at once', () => {
    const query = { attributes: ['userName'], excludedAttributes: ['emails'] }
    const refusal = expect.objectContaining({ status: 400, scimType: 'invalidValue' })
    expect(() => parseSelection(userResourceType, query)).toThrow(refusal)
  })

  test.each([
    'nope',
    '',
    'name.nope',
    'name..givenName',
    'emails[type eq "work"]',
    '__proto__',
    'constructor',
    'password',
  ])('refuses the name %j and repeats it', (name) => {
    const message = `User has no attribute ${JSON.stringify(name)}`
    const refusal = expect.objectContaining({ status: 400, scimType: 'invalidValue', message })
    expect(() => parseSelection(userResourceType, { attributes: ['userName', name] })).toThrow(refusal)
    expect(() => parseSelection(userResourceType, { excludedAttributes: [name] })).toThrow(refusal)
  })
})

describe('project', () => {
  test('shows everything that is returned by default without a selection', () => {
    expect(project(userResourceType, user)).toStrictEqual(user)
  })

  const thing = {
    schemas: [thingSchemaId],
    id: '1',
    text: 't',
    secret: 's',
    history: 'h',
    label: 'l',
    origin: { country: 'NO', notes: 'n' },
  }
  const show = (query: Parameters<typeof parseSelection>[1]) =>
    project(thingType, thing, parseSelection(thingType, query))
  const always = { schemas: [thingSchemaId], id: '1', label: 'l' }

  test('never shows what is never returned, and what is returned on request only then', () => {
    expect(show({})).toStrictEqual({ ...always, text: 't', origin: { country: 'NO' } })
    expect(show({ excludedAttributes: ['text'] })).toStrictEqual({ ...always, origin: { country: 'NO' } })
    expect(show({ excludedAttributes: ['origin.country'] })).toStrictEqual({ ...always, text: 't' })
    expect(show({ attributes: ['secret', 'history'] })).toStrictEqual({ ...always, history: 'h' })
    expect(show({ attributes: ['origin'] })).toStrictEqual({ ...always, origin: { country: 'NO' } })
    expect(show({ attributes: ['origin.notes'] })).toStrictEqual({ ...always, origin: { notes: 'n' } })
  })

  test('always shows what is always returned', () => {
    expect(show({ excludedAttributes: ['label', 'text', 'origin'] })).toStrictEqual(always)
  })

  test('shows nothing that the schema does not know', () => {
    expect(project(userResourceType, { ...user, passwordHash: 'x' })).toStrictEqual(user)
  })
})

describe('isSelected', () => {
  const parse = (query: Parameters<typeof parseSelection>[1]) => parseSelection(userResourceType, query)

  test('spares a server the attributes that nobody will see', () => {
    expect(isSelected(undefined, 'groups')).toBe(true)
    expect(isSelected(parse({ attributes: ['GROUPS.value'] }), 'groups')).toBe(true)
    expect(isSelected(parse({ attributes: ['userName'] }), 'groups')).toBe(false)
    expect(isSelected(parse({ excludedAttributes: ['groups'] }), 'groups')).toBe(false)
    expect(isSelected(parse({ excludedAttributes: ['groups.display'] }), 'groups')).toBe(true)
    expect(isSelected(parse({ excludedAttributes: ['userName'] }), 'groups')).toBe(true)
    expect(isSelected(parse({ attributes: [enterpriseUserSchemaId] }), `${enterpriseUserSchemaId}:manager`)).toBe(true)
  })
})
