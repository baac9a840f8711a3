import type { Attribute, ResourceType, Schema } from '@rollcall/scim'

/** Resource types of the tests: the Group of RFC 7643 §4.2, and one that has every type and characteristic. */

const plain = {
  description: '',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  maxBytes: 100,
} as const

function attribute(name: string, type: Attribute['type'], characteristics: Partial<Attribute> = {}): Attribute {
  return { name, type, ...plain, ...characteristics }
}

function typeOf(name: string, schema: Schema, extension?: Schema): ResourceType {
  const extensions = extension === undefined ? [] : [{ schema: extension, required: false }]
  return { id: name, name, endpoint: `/${name}s`, description: '', schema, extensions }
}

export const groupType: ResourceType = typeOf('Group', {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: '',
  attributes: [
    attribute('displayName', 'string', { required: true }),
    attribute('members', 'complex', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string', { required: true, caseExact: true, mutability: 'immutable' }),
        attribute('$ref', 'reference', { caseExact: true, mutability: 'immutable' }),
        attribute('display', 'string'),
        attribute('type', 'string', { mutability: 'immutable', canonicalValues: ['User', 'Group'] }),
      ],
    }),
  ],
})

export const thingSchemaId = 'urn:example:Thing'
export const partSchemaId = 'urn:example:Part'

export const thingType: ResourceType = typeOf(
  'Thing',
  {
    id: thingSchemaId,
    name: 'Thing',
    description: '',
    attributes: [
      attribute('text', 'string'),
      attribute('flag', 'boolean'),
      attribute('count', 'integer'),
      attribute('ratio', 'decimal'),
      attribute('since', 'dateTime'),
      attribute('data', 'binary'),
      attribute('link', 'reference'),
      attribute('tags', 'string', { multiValued: true }),
      attribute('serial', 'string', { mutability: 'immutable' }),
      attribute('marks', 'string', { multiValued: true, mutability: 'immutable' }),
      attribute('secret', 'string', { mutability: 'writeOnly', returned: 'never' }),
      attribute('history', 'string', { returned: 'request' }),
      attribute('label', 'string', { returned: 'always' }),
      attribute('stock', 'integer', { mutability: 'readOnly' }),
      attribute('origin', 'complex', {
        subAttributes: [
          attribute('country', 'string'),
          attribute('batch', 'string', { mutability: 'immutable' }),
          attribute('checked', 'boolean', { mutability: 'readOnly' }),
          attribute('notes', 'string', { returned: 'request' }),
        ],
      }),
    ],
  },
  {
    id: partSchemaId,
    name: 'Part',
    description: '',
    attributes: [
      attribute('number', 'string', { required: true }),
      attribute('weight', 'decimal'),
      attribute('checkedBy', 'string', { mutability: 'readOnly' }),
    ],
  },
)

/** A type that requires its extension, and that has the attribute which the others throw away. */
export const strictType: ResourceType = {
  ...typeOf('Strict', {
    id: 'urn:example:Strict',
    name: 'Strict',
    description: '',
    attributes: [attribute('password', 'string', { mutability: 'writeOnly', returned: 'never' })],
  }),
  extensions: thingType.extensions.map(({ schema }) => ({ schema, required: true })),
}
