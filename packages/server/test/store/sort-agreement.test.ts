import { type AttributePath, type Resource, attributeKey, formatPath, parseDateTime, readPath } from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queryUsers } from '../../src/store/user-query.ts'
import { allPaths, locationPrefix, people, seen } from '../support/people.ts'
import { type TestStore, addUsers, openTestStore } from '../support/store.ts'

// Said with every failure; set it to see one again.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const users = people(60, seed)
const resources = users.map(seen)

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
  await addUsers(store.database, store.a, users)
})
afterAll(() => store.close())

describe('a list in SQL is in the order of RFC 7644 §3.4.2.3', () => {
  const leaves = allPaths.filter((path) => (path.subAttribute ?? path.attribute).type !== 'complex')

  test.each(leaves.map((path) => [formatPath(path), path] as const))('by %s', async (_, by) => {
    for (const descending of [false, true]) {
      const [rows] = await store.database.batch(store.a.scope, [
        queryUsers(
          { orgId: store.a.orgId, locationPrefix },
          { filter: undefined, sort: { by, descending }, offset: 0, limit: 1000 },
        ),
      ])
      const expected = resources.toSorted(inOrder(by, descending)).map(({ id }) => id)
      const said = { descending, seed }
      expect({ ...said, ids: rows.map(({ user }) => user.id) }).toEqual({ ...said, ids: expected })
    }
  })
})

/** Values by their type; people without one last, in descending order first; those who are alike by their id. */
function inOrder(by: AttributePath, descending: boolean): (a: Resource, b: Resource) => number {
  return (a, b) => {
    const [x, y] = [sortKey(a, by), sortKey(b, by)]
    const order = compareKeys(x, y)
    return (descending ? -order : order) || compareBytes(a['id'], b['id'])
  }
}

function compareKeys(x: SortKey, y: SortKey): number {
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
  return typeof x === 'number' && typeof y === 'number' ? x - y : compareBytes(x, y)
}

type SortKey = string | number | undefined

function sortKey(resource: Resource, by: AttributePath): SortKey {
  const values = readPath(resource, { ...by, subAttribute: undefined })
  const chosen = values.find((value) => isObject(value) && value['primary'] === true) ?? values[0]
  const leaf = by.subAttribute === undefined ? chosen : isObject(chosen) ? chosen[by.subAttribute.name] : undefined
  const attribute = by.subAttribute ?? by.attribute
  if (typeof leaf === 'number') return leaf
  if (typeof leaf === 'boolean') return String(leaf)
  if (typeof leaf !== 'string') return undefined
  return attribute.type === 'dateTime' ? parseDateTime(leaf) : attributeKey(attribute)(leaf)
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null

const compareBytes = (x: unknown, y: unknown) => Buffer.compare(Buffer.from(String(x)), Buffer.from(String(y)))
