import type { Exchange } from './drive.ts'
import { personBody, userNameOf } from './people.ts'

/** What the benchmark knows of the people that one contestant holds. */
export type People = {
  /** Each person's id, by the number that their data is made of. */
  readonly ids: string[]
  readonly inactive: Set<number>
  /** How many were asked for; those under way have no id yet. */
  reserved: number
  /** Counts up with every request, so that no round repeats another's. */
  turn: number
}

/** One kind of work. A new row is one more entry in `rows`. */
export type Row = {
  readonly name: string
  readonly title: string
  readonly connections: number
  /** Whether its requests are the pages of one list, in order. */
  readonly isWalk?: true
  /** Whether it runs at every number of people or at the largest alone. */
  readonly at: 'every size' | 'largest size'
  /** How many rounds of it are enough. */
  readonly rounds: { readonly full: number; readonly quick: number }
  /** How many requests one round sends to a contestant that holds `size` people. */
  requests(size: number): number
  /** Starts a round: what it gives makes the next request. */
  begin(people: People): () => Exchange
}

const pageSize = 100

const connections = 8
const usualRounds = { full: 5, quick: 2 }

/** In the order in which they run; `create` is last, because it adds to the people that the others are measured at. */
export const rows: readonly Row[] = [
  {
    name: 'read',
    title: 'read by id',
    connections,
    at: 'every size',
    rounds: usualRounds,
    requests: () => 3000,
    begin: (people) => () => read(people),
  },
  {
    name: 'exists',
    title: 'existence check, every second one a miss',
    connections,
    at: 'every size',
    rounds: usualRounds,
    requests: () => 3000,
    begin: (people) => () => exists(people),
  },
  {
    name: 'patch',
    title: 'PATCH active',
    connections,
    at: 'every size',
    rounds: usualRounds,
    requests: () => 1000,
    begin: (people) => () => patchActive(people),
  },
  {
    name: 'put',
    title: 'PUT',
    connections,
    at: 'every size',
    rounds: usualRounds,
    requests: () => 1000,
    begin: (people) => () => put(people),
  },
  {
    name: 'contains',
    title: 'filter userName co',
    connections,
    at: 'every size',
    rounds: usualRounds,
    // Without a fitting index its cost grows with the people: fewer are enough, and more would take the whole run.
    requests: (size) => Math.min(1000, Math.max(40, Math.round(4_000_000 / size))),
    begin: (people) => () => contains(people),
  },
  {
    name: 'pages',
    title: `first to last, ${pageSize} at a time, one client`,
    connections: 1,
    isWalk: true,
    at: 'largest size',
    rounds: { full: 1, quick: 1 },
    requests: (size) => Math.ceil(size / pageSize),
    begin: (people) => walk(people),
  },
  {
    name: 'create',
    title: 'create',
    connections,
    at: 'every size',
    rounds: usualRounds,
    requests: () => 1000,
    begin: (people) => () => create(people),
  },
]

export function newPeople(): People {
  return { ids: [], inactive: new Set(), reserved: 0, turn: 0 }
}

/** Creates the next person; also what the loading sends. */
export function create(people: People): Exchange {
  const index = people.reserved
  people.reserved += 1
  return {
    method: 'POST',
    path: '/Users',
    body: personBody(index),
    status: 201,
    accept: (text) => {
      const { id } = JSON.parse(text) as { id?: unknown }
      if (typeof id !== 'string') throw new Error('a created person has no id')
      people.ids[index] = id
    },
  }
}

function read(people: People): Exchange {
  const index = nextPerson(people)
  return { method: 'GET', path: pathOf(people, index), status: 200, accept: mustHold(idOf(people, index)) }
}

function exists(people: People): Exchange {
  const index = nextPerson(people)
  const isThere = people.turn % 2 === 0
  const userName = userNameOf(isThere ? index : index + 10_000_000)
  const accept = isThere ? mustHold(idOf(people, index)) : mustMatch(/"totalResults":\s*0\b/)
  return { method: 'GET', path: searchPath(`userName eq "${userName}"`), status: 200, accept }
}

function contains(people: People): Exchange {
  const index = nextPerson(people)
  const accept = mustHold(idOf(people, index))
  return { method: 'GET', path: searchPath(`userName co ".${index}@"`), status: 200, accept }
}

/** Turns a person off or on again, in the form that Okta sends; never what they already are. */
function patchActive(people: People): Exchange {
  const index = nextPerson(people)
  const active = people.inactive.delete(index)
  if (!active) people.inactive.add(index)
  return {
    method: 'PATCH',
    path: pathOf(people, index),
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active } }],
    }),
    status: 200,
    accept: mustMatch(active ? /"active":\s*true/ : /"active":\s*false/),
  }
}

function put(people: People): Exchange {
  const index = nextPerson(people)
  people.inactive.delete(index)
  return {
    method: 'PUT',
    path: pathOf(people, index),
    body: personBody(index, people.turn),
    status: 200,
    accept: mustHold(`Engineer of grade ${people.turn}"`),
  }
}

type Page = { readonly nextCursor?: string; readonly Resources: readonly { readonly id: string }[] }

/** Goes by startIndex, as Okta and Entra ID do, or by the cursor where an answer holds one (RFC 9865). */
function walk(people: People): () => Exchange {
  const seen = new Set<string>()
  const size = people.ids.length
  let cursor = ''
  return () => ({
    method: 'GET',
    path: `/Users?${cursor || `startIndex=${seen.size + 1}`}&count=${pageSize}`,
    status: 200,
    accept: (text) => {
      const page = JSON.parse(text) as Page
      const before = seen.size
      for (const { id } of page.Resources) seen.add(id)
      const expected = Math.min(size, before + pageSize)
      if (seen.size !== expected) throw new Error(`${seen.size} people are on the pages so far, not ${expected}`)
      cursor = page.nextCursor === undefined ? '' : `cursor=${encodeURIComponent(page.nextCursor)}`
    },
  })
}

/** Any order will do that is the same for every contestant and touches people far apart. */
function nextPerson(people: People): number {
  people.turn += 1
  return (people.turn * 7919) % people.ids.length
}

function idOf(people: People, index: number): string {
  const id = people.ids[index]
  if (id === undefined) throw new Error(`person ${index} was never created`)
  return id
}

function pathOf(people: People, index: number): string {
  return `/Users/${idOf(people, index)}`
}

/** With the paging that Okta adds to every search. */
function searchPath(filter: string): string {
  return `/Users?filter=${encodeURIComponent(filter)}&startIndex=1&count=100`
}

function mustHold(part: string): Exchange['accept'] {
  return (text) => {
    if (!text.includes(part)) throw new Error(`an answer lacks ${part}: ${text.slice(0, 300)}`)
  }
}

function mustMatch(pattern: RegExp): Exchange['accept'] {
  return (text) => {
    if (!pattern.test(text)) throw new Error(`an answer does not match ${pattern}: ${text.slice(0, 300)}`)
  }
}
