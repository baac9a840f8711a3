const coreSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterpriseSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const givenNames = [
  'Ada',
  'Bruno',
  'Chiara',
  'Dmitri',
  'Elif',
  'Farid',
  'Greta',
  'Hana',
  'Ivan',
  'Joana',
  'Kofi',
  'Lena',
]
const familyNames = [
  'Almeida',
  'Becker',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ivanova',
  'Jansen',
]
const departments = ['Engineering', 'Sales', 'Finance', 'Support', 'Legal', 'People', 'Security']
const cities = ['Lisbon', 'Berlin', 'Milan', 'Paris', 'Oslo', 'Madrid', 'Beirut', 'Sofia', 'Utrecht']

/** The userName of a person; the number before the @ is theirs alone. */
export function userNameOf(index: number): string {
  return `${pick(givenNames, index)}.${pick(familyNames, index)}.${index}@example.com`.toLowerCase()
}

/**
 * The body that creates or replaces a person: an enterprise user of about 1.7 KB with every attribute that Okta maps.
 * The same index and revision give the same text. There is no password: storing one is a deliberately slow hash, and
 * would hide everything else.
 *
 * @param revision changes the title, so that a replace has something to write
 */
export function personBody(index: number, revision = 0): string {
  const givenName = pick(givenNames, index)
  const familyName = pick(familyNames, index)
  const city = pick(cities, index)
  const userName = userNameOf(index)
  const home = `${givenName}.${familyName}.${index}@home.example`.toLowerCase()
  return JSON.stringify({
    schemas: [coreSchema, enterpriseSchema],
    externalId: `00u${index.toString(36).padStart(17, '0')}`,
    userName,
    name: { formatted: `${givenName} Q. ${familyName}`, familyName, givenName, middleName: 'Q.' },
    displayName: `${givenName} ${familyName}`,
    nickName: givenName,
    profileUrl: `https://directory.example.com/people/${index}`,
    title: `Engineer of grade ${revision}`,
    userType: 'Employee',
    preferredLanguage: 'en-US',
    locale: 'en-US',
    timezone: 'Europe/Lisbon',
    active: true,
    emails: [
      { value: userName, type: 'work', primary: true },
      { value: home, type: 'home', primary: false },
    ],
    phoneNumbers: [
      { value: `+351 21 ${String(index).padStart(7, '0')}`, type: 'work' },
      { value: `+351 91 ${String(index).padStart(7, '0')}`, type: 'mobile' },
    ],
    addresses: [address(index, city, 'work'), address(index, city, 'home')],
    roles: [{ value: 'member', display: 'Member', primary: true }],
    [enterpriseSchema]: {
      employeeNumber: String(100_000 + index),
      costCenter: `CC-${index % 40}`,
      organization: 'Example Holding',
      division: `Division ${index % 9}`,
      department: pick(departments, index),
      manager: { value: `00u${(index % 500).toString(36).padStart(17, '0')}`, displayName: 'Ada Almeida' },
    },
  })
}

function address(index: number, locality: string, type: 'work' | 'home') {
  const streetAddress = `${index % 300} ${type === 'work' ? 'Harbour Street, Building C, Floor 4' : 'Orchard Lane'}`
  const postalCode = String(1000 + (index % 9000))
  return {
    type,
    streetAddress,
    locality,
    region: 'Central Region',
    postalCode,
    country: 'PT',
    formatted: `${streetAddress}\n${postalCode} ${locality}\nPT`,
    primary: type === 'work',
  }
}

function pick(values: readonly string[], index: number): string {
  return values[index % values.length] ?? ''
}
