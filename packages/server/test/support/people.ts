import {
  type Attribute,
  type AttributePath,
  type Json,
  type Resource,
  type ResourceType,
  commonAttributes,
  enterpriseUserSchemaId,
  parsePath,
  userResourceType,
  usernameKey,
} from '@rollcall/scim'
import fc from 'fast-check'
import type { UserRecord } from '../../src/store/users.ts'
import { type Attributes, userRecord } from './store.ts'

const define = (name: string, type: Attribute['type'], multiValued = false): Attribute => ({
  name,
  type,
  multiValued,
  description: name,
  required: false,
  caseExact: type === 'binary' || type === 'reference',
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  maxBytes: 8192,
})

const allTypesId = 'urn:example:params:scim:schemas:extension:all-types:2.0:User'

/** The user of the server and an extension with an attribute of each type that the user does not have. */
export const typeOfAllTypes: ResourceType = {
  ...userResourceType,
  extensions: [
    ...userResourceType.extensions,
    {
      required: false,
      schema: {
        id: allTypesId,
        name: 'AllTypes',
        description: 'An attribute of each type',
        attributes: [
          define('badge', 'integer'),
          define('rate', 'decimal'),
          define('hired', 'dateTime'),
          define('remote', 'boolean'),
          define('photo', 'binary'),
          define('home', 'reference'),
          define('tags', 'string', true),
          define('floors', 'integer', true),
          define('holidays', 'dateTime', true),
        ],
      },
    },
  ],
}

/** Every attribute and sub-attribute of the type, as a path. */
export const allPaths: readonly AttributePath[] = [
  ...[...commonAttributes, ...typeOfAllTypes.schema.attributes].map((attribute) => ['', attribute] as const),
  ...typeOfAllTypes.extensions.flatMap(({ schema }) =>
    schema.attributes.map((each) => [`${schema.id}:`, each] as const),
  ),
].flatMap(([prefix, attribute]) => [
  parsePath(typeOfAllTypes, `${prefix}${attribute.name}`),
  ...(attribute.subAttributes ?? []).map(({ name }) => parsePath(typeOfAllTypes, `${prefix}${attribute.name}.${name}`)),
])

// Letters whose case, width, composition, direction or place in an order is a trap, and what SQL and JSON quote.
const traps = [
  [
    'a',
    'A',
    'b',
    'Z',
    'é',
    'e\u0301',
    'É',
    'İ',
    'I',
    'ı',
    'ſ',
    's',
    'ß',
    'ẞ',
    'Σ',
    'σ',
    'ς',
    '\u212A',
    'Ａ',
    'ａ',
    'ｱ',
  ],
  ['\u{1F600}', '\u{1D160}', '\u{10400}', '\uFFFF', '\uFFFD', '\uE000', '\u{10FFFF}', '\uD7FF', 'עב', 'ع', '\u0345'],
  [' ', '%', '_', '\\', '"', "'", '{', '}', ',', '@', '.', '\n', '0', '10', '9', 'null', 'true'],
].flat()

export const text = fc.array(fc.constantFrom(...traps), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))

const base64 = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('base64'))

export const dateTime = fc.oneof(
  fc.constantFrom(
    '2026-01-31T08:00:00Z',
    '2026-01-31T10:00:00+02:00',
    '2026-01-31T07:59:59.9999Z',
    '2026-01-30T18:00:00.000-14:00',
  ),
  fc.constantFrom(
    '0000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59.999-14:00',
    '1969-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00Z',
  ),
)

export const integer = fc.oneof(
  fc.integer({ min: -2, max: 12 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
)

export const decimal = fc.oneof(
  fc.constantFrom(0.1, 0.3, 0.1 + 0.2, 1e21, 5e-324, 1.7976931348623157e308, 1, 2.5),
  fc.integer({ min: -1, max: 3 }),
)

const type = fc.constantFrom('work', 'Work', 'home', 'other', 'ｗork')

const value = (each: fc.Arbitrary<Json>) =>
  fc.record({ value: each, display: text, type, primary: fc.boolean() }, { requiredKeys: [] })

/** Several values, of which one at most is primary. */
const values = (each: fc.Arbitrary<Json>) =>
  fc.array(value(each), { maxLength: 3 }).map((all) => {
    const first = all.findIndex(({ primary }) => primary === true)
    return all.map((one, i) => (one.primary === true && i !== first ? { ...one, primary: false } : one))
  })

const address = fc.record(
  { formatted: text, streetAddress: text, locality: text, country: text, type },
  { requiredKeys: [] },
)

const name = fc.record({ formatted: text, familyName: text, givenName: text, middleName: text }, { requiredKeys: [] })

const enterprise = fc.record(
  {
    employeeNumber: text,
    costCenter: text,
    department: text,
    manager: fc.record({ value: text, $ref: text, displayName: text }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)

const allTypes = fc.record(
  {
    badge: integer,
    rate: decimal,
    hired: dateTime,
    remote: fc.boolean(),
    photo: base64,
    home: text,
    tags: fc.array(text, { maxLength: 3 }),
    floors: fc.array(integer, { maxLength: 3 }),
    holidays: fc.array(dateTime, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

const attributes = fc.record(
  {
    externalId: fc.oneof(text, fc.constant('same')),
    name,
    displayName: text,
    nickName: text,
    profileUrl: text,
    title: text,
    userType: fc.constantFrom('Employee', 'employee', 'Contractor'),
    locale: fc.constantFrom('en-US', 'de-DE'),
    active: fc.boolean(),
    emails: values(fc.oneof(text, fc.constantFrom('ann@example.com', 'ANN@example.com', 'bob@example.com'))),
    phoneNumbers: values(text),
    addresses: fc.array(address, { maxLength: 2 }),
    roles: values(text),
    x509Certificates: values(base64),
    [enterpriseUserSchemaId]: enterprise,
    [allTypesId]: allTypes,
  },
  { requiredKeys: ['active'] },
)

const userName = fc
  .oneof(text, fc.constantFrom('Ann@example.com', 'straße', 'ΟΔΟΣ', 'Ｆull', 'İstanbul'))
  .filter((each) => usernameKey(each) !== undefined)

const millisecond = fc.constantFrom(-1, 0, 1, 2).map((after) => new Date(Date.UTC(2026, 0, 31, 8) + after))

const row = fc.record({ version: fc.integer({ min: 1, max: 12 }), createdAt: millisecond, updatedAt: millisecond })

const person = fc.tuple(userName, attributes, row)

/** People of all kinds, no two with the same userName. */
export function people(count: number, seed: number): readonly UserRecord[] {
  const taken = new Set<string>()
  return fc.sample(person, { numRuns: count, seed }).map(([base, rest, rowOf]) => {
    let own = base
    for (let i = 1; taken.has(usernameKey(own) ?? ''); i += 1) own = `${base}${i}`
    taken.add(usernameKey(own) ?? '')
    return userRecord({ ...(rest as Attributes), userName: own }, rowOf, typeOfAllTypes)
  })
}

export const locationPrefix = 'https://rollcall.example.com/api/v2/scim/Users/'

/** The resource as a client sees it: with its id and meta. */
export function seen(user: UserRecord): Resource {
  return {
    ...(JSON.parse(user.resource) as Resource), // written by userRecord
    meta: {
      resourceType: 'User',
      created: user.createdAt.toISOString(),
      lastModified: user.updatedAt.toISOString(),
      location: `${locationPrefix}${user.id}`,
      version: `W/"${user.version}"`,
    },
  }
}
