/**
 * The peer: scimmy-routers on Express, with handlers as its documentation lays them out and PostgreSQL used well below
 * them: one row a user, a folded key of its own, every filter and page in SQL, named statements, a count only where the
 * page does not tell the total.
 */
import { randomBytes } from 'node:crypto'
import express from 'express'
import pg from 'pg'
import SCIMMY from 'scimmy'
import SCIMMYRouters from 'scimmy-routers'
import { databaseUrl, sayReady, timeOrderedId } from './ready.ts'

type UserRow = {
  readonly id: string
  readonly resource: Record<string, unknown>
  readonly created_at: Date
  readonly updated_at: Date
}
type Values = readonly unknown[]

const applicationKey = randomBytes(24).toString('hex')
const defaultCount = 20

const schema = `
  create table users (
    id uuid primary key, user_name_key text collate "C" not null unique, resource jsonb not null,
    created_at timestamptz not null, updated_at timestamptz not null
  )`

const columns = 'id, resource, created_at, updated_at'
const statements = {
  create: `insert into users values ($1, $2, $3, now(), now()) returning ${columns}`,
  replace: `update users set user_name_key = $2, resource = $3, updated_at = now() where id = $1 returning ${columns}`,
  read: `select ${columns} from users where id = $1`,
  exists: `select ${columns} from users where user_name_key = $1`,
  contains: `select ${columns} from users where user_name_key like '%' || $1 || '%' order by id offset $2 limit $3`,
  countContaining: `select count(*)::int as total from users where user_name_key like '%' || $1 || '%'`,
  page: `select ${columns} from users order by id offset $1 limit $2`,
  count: `select count(*)::int as total from users`,
  remove: `delete from users where id = $1 returning ${columns}`,
}

const pool = new pg.Pool({ connectionString: databaseUrl(), max: 16, idleTimeoutMillis: 0 })
await pool.query(schema)

SCIMMY.Resources.declare(SCIMMY.Resources.User, {
  extensions: [{ schema: SCIMMY.Schemas.EnterpriseUser, required: false }],
  ingress: write,
  egress: read,
  degress: remove,
})

const app = express()
// scimmy-routers turns startIndex and count into numbers in place, which Express 5, where a query is read anew each
// time, forgets: without this every page would be the first.
app.set('query parser', (text: string) => {
  const query: Record<string, string | number> = Object.fromEntries(new URLSearchParams(text))
  for (const name of ['startIndex', 'count']) if (name in query) query[name] = Number(query[name])
  return query
})
app.use(
  '/scim/v2',
  new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.header('authorization') !== `Bearer ${applicationKey}`) throw new Error('Authorization not detected!')
      return 'bench'
    },
  }),
)

type User = InstanceType<typeof SCIMMY.Resources.User>

async function write(resource: User, instance: { userName: string }) {
  const statement = resource.id === undefined ? 'create' : 'replace'
  const id = resource.id ?? timeOrderedId()
  const [row] = await run<UserRow>(statement, [id, instance.userName.toLowerCase(), JSON.stringify(instance)])
  return fromRow(row, resource)
}

async function read(resource: User) {
  if (resource.id === undefined) return list(resource)
  const [row] = await run<UserRow>('read', [resource.id])
  return fromRow(row, resource)
}

async function remove(resource: User): Promise<void> {
  const [row] = await run<UserRow>('remove', [resource.id])
  fromRow(row, resource)
}

type Search = { readonly statement: 'exists' | 'contains' | 'page'; readonly values: Values }

/** What its documentation leaves to the handler: the filter and the page become SQL, and the total is handed back. */
async function list(resource: User) {
  const { startIndex = 1, count = defaultCount } = resource.constraints ?? {}
  const { statement, values } = parseSearch(resource.filter)
  const offset = startIndex - 1
  const rows = await run<UserRow>(statement, statement === 'exists' ? values : [...values, offset, count])
  const isLastPage = rows.length < count && (rows.length > 0 || offset === 0)
  const totalResults = isLastPage ? offset + rows.length : await countAll(statement, values)
  resource.constraints = Object.assign({}, resource.constraints, { totalResults })
  return rows.map((row) => fromRow(row, resource))
}

async function countAll(statement: Search['statement'], values: Values): Promise<number> {
  const [row] = await run<{ total: number }>(statement === 'page' ? 'count' : 'countContaining', values)
  return row?.total ?? 0
}

function parseSearch(filter: readonly unknown[] | undefined): Search {
  if (filter === undefined) return { statement: 'page', values: [] }
  const [expression] = filter as readonly { readonly userName?: readonly [string, unknown] }[]
  const [operator, value] = expression?.userName ?? []
  if ((operator !== 'eq' && operator !== 'co') || typeof value !== 'string') {
    throw new SCIMMY.Types.Error(400, 'invalidFilter', 'Only userName eq and userName co are supported')
  }
  return { statement: operator === 'eq' ? 'exists' : 'contains', values: [value.toLowerCase()] }
}

function fromRow(row: UserRow | undefined, resource: User) {
  if (row === undefined) throw new SCIMMY.Types.Error(404, '', `Resource ${resource.id} not found`)
  return { ...row.resource, id: row.id, meta: { created: row.created_at, lastModified: row.updated_at } }
}

async function run<Row extends pg.QueryResultRow>(name: keyof typeof statements, values: Values): Promise<Row[]> {
  try {
    const { rows } = await pool.query<Row>({ name, text: statements[name], values: [...values] })
    return rows
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '23505') {
      throw new SCIMMY.Types.Error(409, 'uniqueness', 'userName is not unique')
    }
    throw error
  }
}

const server = app.listen(0, '127.0.0.1', () => sayReady(server, applicationKey))
