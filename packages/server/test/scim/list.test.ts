import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, pageIn } from '../support/answers.ts'
import { type TestOrganization, type TestServer, coreUser, patchBody, startTestServer } from '../support/server.ts'

const people = 347

let server: TestServer
let large: TestOrganization
beforeAll(async () => {
  server = await startTestServer()
  large = await server.organization()
  await createMany(large, people)
})
afterAll(() => server.stop())

const numbered = (number: number) => ({
  userName: `person${number}@example.com`,
  externalId: `00u${number}`,
  displayName: `Person ${number}`,
  active: number % 10 !== 0,
})

/** Sixteen at a time, as a provisioning run does. */
async function createMany(organization: TestOrganization, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1).values()
  const worker = async () => {
    for (const number of numbers) await organization.createUser(numbered(number))
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

/** The ids of all pages from the first to the last, as a client reads them. */
async function walk({ listUsers }: TestOrganization, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let startIndex = 1; ; startIndex += count) {
    const page = await listUsers({ startIndex: String(startIndex), count: String(count) })
    expect(page.startIndex).toBe(startIndex)
    ids.push(...page.Resources.map(({ id }) => id))
    if (startIndex + page.itemsPerPage > page.totalResults) return ids
  }
}

describe('paging (RFC 7644 §3.4.2.4)', () => {
  test.each([100, 7, 1000, people])('by %i reads everybody once, in the same order', async (count) => {
    const ids = await walk(large, count)

    expect(ids).toHaveLength(people)
    expect(new Set(ids).size).toBe(people)
    expect(ids).toEqual((await large.listUsers({ count: '1000' })).Resources.map(({ id }) => id))
  })

  test('reads the same on pages that are asked for backwards, and again', async () => {
    const all = (await large.listUsers({ count: '1000' })).Resources.map(({ id }) => id)
    for (const startIndex of [301, 201, 101, 1, 201, 42, 42]) {
      const page = await large.listUsers({ startIndex: String(startIndex), count: '100' })
      expect(page.Resources.map(({ id }) => id)).toEqual(all.slice(startIndex - 1, startIndex + 99))
    }
  })

  test.each([
    [{}, { startIndex: 1, itemsPerPage: 100 }],
    [{ count: '2' }, { startIndex: 1, itemsPerPage: 2 }],
    [{ count: '0' }, { startIndex: 1, itemsPerPage: 0 }],
    [{ count: '-5' }, { startIndex: 1, itemsPerPage: 0 }],
    [{ count: '1001' }, { startIndex: 1, itemsPerPage: people }],
    [{ count: '100000000' }, { startIndex: 1, itemsPerPage: people }],
    [
      { startIndex: '0', count: '3' },
      { startIndex: 1, itemsPerPage: 3 },
    ],
    [
      { startIndex: '-3', count: '3' },
      { startIndex: 1, itemsPerPage: 3 },
    ],
    [{ startIndex: '345' }, { startIndex: 345, itemsPerPage: 3 }],
    [{ startIndex: '348' }, { startIndex: 348, itemsPerPage: 0 }],
    [{ startIndex: '99999' }, { startIndex: 99_999, itemsPerPage: 0 }],
    [{ startIndex: '9007199254740991' }, { startIndex: Number.MAX_SAFE_INTEGER, itemsPerPage: 0 }],
    [
      { startIndex: '99999', filter: 'userName sw "person"' },
      { startIndex: 99_999, itemsPerPage: 0 },
    ],
    [
      { count: '0', filter: 'userName sw "person"' },
      { startIndex: 1, itemsPerPage: 0 },
    ],
    [
      { startIndex: '341', count: '10', sortBy: 'userName' },
      { startIndex: 341, itemsPerPage: 7 },
    ],
  ])('of %j is %j of all', async (query, page) => {
    expect(await large.listUsers(query)).toMatchObject({ ...page, totalResults: people })
  })

  test.each(['startIndex', 'count'])('refuses %s that is no whole number', async (parameter) => {
    for (const value of ['abc', '1.5', '1e3', '', '0x10', '99999999999999999999']) {
      expectRefusal(await large.scim('GET', `/Users?${parameter}=${value}`), 400, 'invalidValue')
    }
  })

  test('of nobody is a complete ListResponse', async () => {
    const { scim } = await server.organization()

    expect((await scim('GET', '/Users')).body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    })
  })

  test('gives each user as a read gives it', async () => {
    const { listUsers, createUser } = await server.organization()
    const user = await createUser({ userName: 'ben', displayName: 'Ben' })

    expect((await listUsers()).Resources).toEqual([user])
    expect((await listUsers({ filter: 'userName eq "ben"' })).Resources).toEqual([user])
    expect((await listUsers({ filter: 'displayName co "en"' })).Resources).toEqual([user])
  })
})

describe('a list while people come and go', () => {
  test('counts exactly after each create and delete', async () => {
    const organization = await server.organization()
    const ids: string[] = []
    for (let number = 1; number <= 5; number += 1) {
      ids.push((await organization.createUser(numbered(number))).id)
      expect(await organization.listUsers({ count: '1' })).toMatchObject({ totalResults: number })
    }
    for (const [index, id] of ids.entries()) {
      await organization.scim('DELETE', `/Users/${id}`)
      expect(await organization.listUsers({ count: '1' })).toMatchObject({ totalResults: 4 - index })
    }
  })

  test('counts exactly after many creates at once and refused ones', async () => {
    const organization = await server.organization()
    await createMany(organization, 30)
    await Promise.all([1, 2, 3].map((number) => organization.scim('POST', '/Users', { ...numbered(number) })))

    expect(await organization.listUsers()).toMatchObject({ totalResults: 30, itemsPerPage: 30 })
  })

  test('has every place right after a deletion between two pages', async () => {
    const organization = await server.organization()
    await createMany(organization, 30)
    const before = (await organization.listUsers({ count: '10' })).Resources.map(({ id }) => id)
    for (const id of before.slice(2, 5)) await organization.scim('DELETE', `/Users/${id}`)

    const next = await organization.listUsers({ startIndex: '11', count: '10' })
    const all = (await organization.listUsers({ count: '1000' })).Resources.map(({ id }) => id)
    expect(next).toMatchObject({ totalResults: 27, itemsPerPage: 10 })
    expect(next.Resources.map(({ id }) => id)).toEqual(all.slice(10, 20))
    expect(await walk(organization, 10)).toEqual(all)
  })

  test('goes on after the last of the page before when that one was deleted', async () => {
    const organization = await server.organization()
    await createMany(organization, 9)
    const { Resources } = await organization.listUsers({ count: '3' })
    await organization.scim('DELETE', `/Users/${Resources[2]?.id}`)

    const all = (await organization.listUsers()).Resources.map(({ id }) => id)
    const next = await organization.listUsers({ startIndex: '4', count: '3' })
    expect(next.Resources.map(({ id }) => id)).toEqual(all.slice(3, 6))
  })

  test('shows who was created after the first page on the last one', async () => {
    const organization = await server.organization()
    await createMany(organization, 4)
    await organization.listUsers({ count: '4' })
    const { id } = await organization.createUser(numbered(5))

    expect((await organization.listUsers({ startIndex: '5', count: '4' })).Resources).toMatchObject([{ id }])
  })
})

describe('sorting (RFC 7644 §3.4.2.3)', () => {
  const sorted = async (query: Record<string, string>) =>
    (await small.listUsers(query)).Resources.map(({ userName }) => userName)

  let small: TestOrganization
  beforeAll(async () => {
    small = await server.organization()
    await small.createUser({ userName: 'delta', title: 'b', emails: [{ value: 'Z@example.com' }] })
    await small.createUser({ userName: 'Alpha', emails: [{ value: 'z@a' }, { value: 'a@example.com', primary: true }] })
    await small.createUser({ userName: 'charlie', title: 'A', emails: [{ value: 'b@example.com' }] })
    await small.createUser({ userName: 'Bravo', title: 'c' })
  })

  test.each([
    ['userName, ascending unless said', { sortBy: 'userName' }, ['Alpha', 'Bravo', 'charlie', 'delta']],
    ['USERNAME', { sortBy: 'USERNAME', sortOrder: 'Ascending' }, ['Alpha', 'Bravo', 'charlie', 'delta']],
    ['the whole name of userName', { sortBy: `${coreUser}:userName` }, ['Alpha', 'Bravo', 'charlie', 'delta']],
    ['userName, descending', { sortBy: 'userName', sortOrder: 'descending' }, ['delta', 'charlie', 'Bravo', 'Alpha']],
    ['title, those without one last', { sortBy: 'title' }, ['charlie', 'delta', 'Bravo', 'Alpha']],
    [
      'title, descending, those without one first',
      { sortBy: 'title', sortOrder: 'descending' },
      ['Alpha', 'Bravo', 'delta', 'charlie'],
    ],
    ['the primary or first address', { sortBy: 'emails' }, ['Alpha', 'charlie', 'delta', 'Bravo']],
    ['emails.value', { sortBy: 'emails.value' }, ['Alpha', 'charlie', 'delta', 'Bravo']],
    ['meta.created', { sortBy: 'meta.created', sortOrder: 'descending' }, ['Bravo', 'charlie', 'Alpha', 'delta']],
    ['userName among the filtered', { sortBy: 'userName', filter: 'title pr' }, ['Bravo', 'charlie', 'delta']],
    ['nothing when only an order is given', { sortOrder: 'descending' }, ['delta', 'Alpha', 'charlie', 'Bravo']],
  ])('by %s', async (_, query, userNames) => {
    expect(await sorted(query)).toEqual(userNames)
  })

  test('pages through a sorted list', async () => {
    const one = (startIndex: number) => sorted({ sortBy: 'title', count: '1', startIndex: String(startIndex) })

    expect([await one(1), await one(2), await one(3), await one(4), await one(5)].flat()).toEqual(
      await sorted({ sortBy: 'title' }),
    )
  })

  test.each(['sortBy=nope', 'sortBy=name', 'sortBy=', 'sortBy=userName&sortOrder=up', 'sortBy=userName&sortBy=title'])(
    'refuses %s',
    async (query) => {
      expectRefusal(await small.scim('GET', `/Users?${query}`), 400, 'invalidValue')
    },
  )
})

describe('projection (RFC 7644 §3.4.2.5)', () => {
  test('gives of everybody what is asked for', async () => {
    const { Resources } = await large.listUsers({ attributes: 'userName,meta.version', count: '50' })

    expect(Resources).toHaveLength(50)
    for (const user of Resources) expect(Object.keys(user).sort()).toEqual(['id', 'meta', 'schemas', 'userName'])
    expect(Object.keys(Resources[0]?.['meta'] ?? {})).toEqual(['version'])
  })

  test('leaves out what is excluded, but never the id', async () => {
    const { Resources } = await large.listUsers({ excludedAttributes: 'id,meta,displayName', count: '5' })

    for (const user of Resources)
      expect(Object.keys(user).sort()).toEqual(['active', 'externalId', 'id', 'schemas', 'userName'])
  })

  test.each([
    'attributes=nope',
    'attributes=userName&excludedAttributes=title',
    'attributes=title&attributes=userName',
  ])('refuses %s', async (query) => {
    expectRefusal(await large.scim('GET', `/Users?${query}`), 400, 'invalidValue')
  })
})

describe('filtering (RFC 7644 §3.4.2.2)', () => {
  const found = async (organization: TestOrganization, filter: string) =>
    (await organization.listUsers({ filter, count: '1000' })).Resources.map(({ userName }) => userName)

  let small: TestOrganization
  beforeAll(async () => {
    small = await server.organization()
    await small.createUser({
      userName: 'Ann@example.com',
      externalId: 'ABC',
      title: 'Lead',
      emails: [
        { value: 'Ann@work.example', type: 'work' },
        { value: 'ann@home.example', type: 'home' },
      ],
    })
    await small.createUser({ userName: 'ben@example.com', externalId: 'abc', active: false })
    await small.createUser({ userName: 'cem@example.com', displayName: '' })
  })

  test.each([
    ['userName eq "ann@EXAMPLE.com"', ['Ann@example.com']],
    ['username EQ "ben@example.com"', ['ben@example.com']],
    [`${coreUser}:userName eq "ben@example.com"`, ['ben@example.com']],
    ['userName eq "nobody"', []],
    ['userName eq "\u212aim"', []],
    ['externalId eq "ABC"', ['Ann@example.com']],
    ['externalId eq "abc"', ['ben@example.com']],
    ['externalId eq "Abc"', []],
    ['emails.value eq "ANN@work.example"', ['Ann@example.com']],
    ['emails eq "ann@home.example"', ['Ann@example.com']],
    ['emails[type eq "work" and value co "home"]', []],
    ['emails[type eq "home" and value co "home"]', ['Ann@example.com']],
    ['active eq true', ['Ann@example.com', 'cem@example.com']],
    ['active eq false', ['ben@example.com']],
    ['title pr', ['Ann@example.com']],
    ['displayName pr', []],
    ['title ne "Lead"', ['ben@example.com', 'cem@example.com']],
    ['not (title pr) and active eq true', ['cem@example.com']],
    ['meta.resourceType eq "User" and userName sw "c"', ['cem@example.com']],
    ['meta.created gt "2011-05-13T04:42:34Z"', ['Ann@example.com', 'ben@example.com', 'cem@example.com']],
    ['meta.lastModified lt "2011-05-13T04:42:34+02:00"', []],
  ])('%s selects %j', async (filter, userNames) => {
    expect(await found(small, filter)).toEqual(userNames)
  })

  test('finds by the time of the last change who was changed', async () => {
    const organization = await server.organization()
    const [ann] = [
      await organization.createUser({ userName: 'ann' }),
      await organization.createUser({ userName: 'ben' }),
    ]
    await organization.scim('PATCH', `/Users/${ann.id}`, patchBody({ op: 'add', path: 'title', value: 'Lead' }))
    const { meta } = await organization.readUser(ann.id)

    expect(await found(organization, `meta.lastModified ge "${meta.lastModified}"`)).toContain('ann')
    expect(await found(organization, `meta.lastModified eq "${meta.lastModified}"`)).toEqual(['ann'])
    expect(await found(organization, `meta.lastModified gt "${meta.lastModified}"`)).not.toContain('ann')
    expect(await found(organization, `id eq "${ann.id}"`)).toEqual(['ann'])
    expect(await found(organization, `meta.location eq "${meta.location}"`)).toEqual(['ann'])
  })

  test('counts all that are selected, on every page of them', async () => {
    const page = await large.listUsers({ filter: 'active eq false', count: '10', startIndex: '31' })

    expect(page).toMatchObject({ totalResults: 34, startIndex: 31, itemsPerPage: 4 })
  })

  test('pages through one external id of many people', async () => {
    const organization = await server.organization()
    const names = Array.from({ length: 104 }, (_, index) => `person${index}`)
    await Promise.all(names.map((userName) => organization.createUser({ userName, externalId: 'shared' })))
    const filter = 'externalId eq "shared"'

    const page = await organization.listUsers({ filter, count: '10', startIndex: '101' })
    expect(page).toMatchObject({ totalResults: 104, itemsPerPage: 4 })
    expect(new Set(await found(organization, filter)).size).toBe(104)
  })

  test("never reaches another organization's people", async () => {
    const { readUser } = large
    const theirs = (await large.listUsers({ count: '1' })).Resources[0]?.id ?? ''
    const { meta, userName } = await readUser(theirs)
    for (const filter of [`id eq "${theirs}"`, `meta.location eq "${meta.location}"`, `userName eq "${userName}"`]) {
      expect(await found(small, filter)).toEqual([])
    }
  })

  test.each(['userName xx "a"', 'userName eq', 'nope eq "a"', 'active gt true', '(userName pr', ''])(
    'refuses %s (400 invalidFilter)',
    async (filter) => {
      expectRefusal(await small.scim('GET', `/Users?${new URLSearchParams({ filter })}`), 400, 'invalidFilter')
    },
  )
})

describe("Okta's import", () => {
  test('reads everybody in pages of 100 until totalResults', async () => {
    const userNames: unknown[] = []
    let total = 1
    while (userNames.length < total) {
      const page = pageIn(await large.scim('GET', `/Users?startIndex=${userNames.length + 1}&count=100`))
      expect(page.itemsPerPage).toBeGreaterThan(0)
      total = page.totalResults
      userNames.push(...page.Resources.map(({ userName }) => userName))
    }

    expect(userNames).toHaveLength(people)
    expect(new Set(userNames)).toEqual(
      new Set(Array.from({ length: people }, (_, index) => numbered(index + 1).userName)),
    )
  })
})

describe('discovery documents (RFC 7644 §4)', () => {
  test.each(['/Schemas', '/ResourceTypes', '/ServiceProviderConfig', `/Schemas/${coreUser}`])(
    '%s is not filtered (403), and other parameters have no effect',
    async (path) => {
      const plain = await large.scim('GET', path)

      expectRefusal(await large.scim('GET', `${path}?filter=id%20eq%20%22x%22`), 403)
      expect(plain.status).toBe(200)
      expect((await large.scim('GET', `${path}?count=0&sortBy=nope&startIndex=9`)).body).toEqual(plain.body)
    },
  )
})
