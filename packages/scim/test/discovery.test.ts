import {
  resourceTypeDocument,
  schemaDocument,
  serviceProviderConfig,
  enterpriseUserSchema,
  type Json,
  type Resource,
  userResourceType,
  userSchema,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'

const baseUrl = 'https://example.com/scim/v2'

test('the service provider configuration says what the server can do (RFC 7643 §5, RFC 9865 §4)', () => {
  expect(serviceProviderConfig({ baseUrl })).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: expect.any(String),
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    pagination: {
      cursor: false,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1000,
    },
    meta: { resourceType: 'ServiceProviderConfig', location: 'https://example.com/scim/v2/ServiceProviderConfig' },
  })
})

test('the service provider configuration names its documentation when there is one', () => {
  const documentationUri = 'https://example.com/docs'
  expect(serviceProviderConfig({ baseUrl, documentationUri })).toMatchObject({ documentationUri })
})

test('the resource type joins its schemas (RFC 7643 §6)', () => {
  expect(resourceTypeDocument(userResourceType, baseUrl)).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'User Account',
    schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
    schemaExtensions: [{ schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', required: false }],
    meta: { resourceType: 'ResourceType', location: 'https://example.com/scim/v2/ResourceTypes/User' },
  })
})

describe('a schema document (RFC 7643 §7)', () => {
  const document = schemaDocument(userSchema, baseUrl)

  test('has the schema and where it is', () => {
    expect(document).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: 'urn:ietf:params:scim:schemas:core:2.0:User',
      name: 'User',
      meta: {
        resourceType: 'Schema',
        location: 'https://example.com/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
      },
    })
  })

  test('has the characteristics of a simple attribute', () => {
    expect(attributesOf(document)[0]).toEqual({
      name: 'userName',
      type: 'string',
      multiValued: false,
      description: expect.any(String),
      required: true,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'server',
    })
  })

  test('has the sub-attributes of a complex one', () => {
    const groups = attributesOf(document).find(({ name }) => name === 'groups')
    expect(groups).toMatchObject({ type: 'complex', multiValued: true, mutability: 'readOnly' })
    expect(groups?.subAttributes).toContainEqual({
      name: '$ref',
      type: 'reference',
      multiValued: false,
      description: expect.any(String),
      required: false,
      caseExact: true,
      mutability: 'readOnly',
      returned: 'default',
      uniqueness: 'none',
      referenceTypes: ['Group'],
    })
  })

  test('says of texts alone whether case counts', () => {
    const types = attributesOf(document)
      .filter((attribute) => 'caseExact' in attribute)
      .map(({ type }) => type)
    expect(new Set(types)).toEqual(new Set(['string', 'reference', 'binary']))
  })

  test.each([userSchema, enterpriseUserSchema])(
    'has no null and no member that the RFC does not define: $name',
    (schema) => {
      const defined =
        'name type subAttributes multiValued description required canonicalValues caseExact mutability returned ' +
        'uniqueness referenceTypes'
      const attributes = attributesOf(schemaDocument(schema, baseUrl))
      const members = new Set(attributes.flatMap((attribute) => Object.keys(attribute)))
      expect([...members].filter((name) => !defined.split(' ').includes(name))).toEqual([])
      expect(attributes.flatMap((attribute) => Object.values(attribute))).not.toContain(null)
    },
  )
})

/** The attributes of a schema document and their sub-attributes. */
const attributesOf = (document: Resource) => objectsIn(document.attributes ?? null)

/** Every object in the value, outermost first. */
function objectsIn(json: Json): readonly Resource[] {
  if (typeof json !== 'object' || json === null) return []
  const inner = Object.values(json).flatMap(objectsIn)
  return isArray(json) ? inner : [json, ...inner]
}

const isArray = (json: Json): json is readonly Json[] => Array.isArray(json)
