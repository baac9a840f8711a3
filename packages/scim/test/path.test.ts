import {
  enterpriseUserSchemaId,
  findAttribute,
  findSubAttribute,
  formatPath,
  parsePath,
  readPath,
  userResourceType,
  userSchema,
  userSchemaId,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { failure } from './support/failure.ts'

const user = {
  schemas: [userSchemaId, enterpriseUserSchemaId],
  id: '1',
  userName: 'bjensen',
  name: { givenName: 'Barbara' },
  emails: [
    { value: 'b@example.com', type: 'work' },
    { value: 'b@example.org', primary: true },
  ],
  [enterpriseUserSchemaId]: { department: 'Tours', manager: { value: '2', $ref: '../Users/2' } },
}

const path = (text: string) => parsePath(userResourceType, text)

describe('parsePath (RFC 7644 §3.10)', () => {
  test.each([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    ['name.givenName', 'name.givenName'],
    ['Emails.Value', 'emails.value'],
    ['id', 'id'],
    ['externalid', 'externalId'],
    ['meta.lastmodified', 'meta.lastModified'],
    ['schemas', 'schemas'],
    ['groups.$ref', 'groups.$ref'],
    ['GROUPS.$REF', 'groups.$ref'],
    [`${userSchemaId}:userName`, 'userName'],
    [`${userSchemaId.toUpperCase()}:NAME.FORMATTED`, 'name.formatted'],
    [`${userSchemaId}:externalId`, 'externalId'],
    [`${enterpriseUserSchemaId}:department`, `${enterpriseUserSchemaId}:department`],
    [`${enterpriseUserSchemaId.toUpperCase()}:manager.displayname`, `${enterpriseUserSchemaId}:manager.displayName`],
  ])('reads %s as %s', (text, canonical) => {
    expect(formatPath(path(text))).toBe(canonical)
  })

  test.each([
    '',
    '.',
    'nope',
    'password',
    'department',
    'userName.value',
    'name.nope',
    'name.',
    '.givenName',
    'name..givenName',
    'name.givenName.x',
    ' userName',
    'userName ',
    'emails[type eq "work"]',
    'nic\u212aName',
    '__proto__',
    'constructor',
    'toString',
    'valueOf',
    'name.constructor',
    'name.__proto__',
    ':userName',
    'urn:example:userName',
    userSchemaId,
    `${userSchemaId}:`,
    `${userSchemaId}:nope`,
    `${userSchemaId}:department`,
    enterpriseUserSchemaId,
    `${enterpriseUserSchemaId}:userName`,
    `${enterpriseUserSchemaId}:id`,
    `${enterpriseUserSchemaId}.department`,
  ])('refuses %j and names it', (text) => {
    const error = failure(() => path(text))
    expect(error.scimType).toBe('invalidPath')
    expect(error.message).toContain(JSON.stringify(text).slice(1, 60))
  })

  test('refuses a long path with a short message', () => {
    expect(failure(() => path('x'.repeat(100_000))).message.length).toBeLessThan(200)
  })
})

describe('findAttribute', () => {
  test('gives the definition itself', () => {
    expect(findAttribute(userResourceType, 'USERNAME')).toBe(userSchema.attributes[0])
  })

  test('looks for the attributes of an extension there alone', () => {
    expect(findAttribute(userResourceType, 'department', enterpriseUserSchemaId)?.name).toBe('department')
    expect(findAttribute(userResourceType, 'department')).toBeUndefined()
    expect(findAttribute(userResourceType, 'userName', enterpriseUserSchemaId)).toBeUndefined()
    expect(findAttribute(userResourceType, 'userName', 'urn:example:other')).toBeUndefined()
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])('knows no attribute %j', (name) => {
    expect(findAttribute(userResourceType, name)).toBeUndefined()
    expect(findSubAttribute(path('name').attribute, name)).toBeUndefined()
  })
})

describe('readPath', () => {
  test.each([
    ['userName', ['bjensen']],
    ['title', []],
    ['name', [{ givenName: 'Barbara' }]],
    ['name.givenName', ['Barbara']],
    ['name.familyName', []],
    ['schemas', [userSchemaId, enterpriseUserSchemaId]],
    ['emails', user.emails],
    ['emails.value', ['b@example.com', 'b@example.org']],
    ['emails.primary', [true]],
    ['addresses.country', []],
    [`${enterpriseUserSchemaId}:department`, ['Tours']],
    [`${enterpriseUserSchemaId}:manager.$ref`, ['../Users/2']],
    [`${enterpriseUserSchemaId}:division`, []],
  ])('gives all values of %s', (text, values) => {
    expect(readPath(user, path(text))).toEqual(values)
  })

  test('gives nothing of an extension that is not there', () => {
    expect(readPath({ userName: 'x' }, path(`${enterpriseUserSchemaId}:department`))).toEqual([])
  })
})
