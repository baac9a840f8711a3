import type { AttributePath, Filter } from '@rollcall/scim'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'
import { type SqlValue, type Statement, integer } from './statement.ts'
import { type FilterScope, userCondition } from './user-filter.ts'
import { type UserRow, readUser, userColumns } from './users.ts'

/** Which people, in which order, and which part of them. */
export type UserQuery = {
  readonly filter: Filter | undefined
  readonly sort: { readonly by: AttributePath; readonly descending: boolean } | undefined
  readonly offset: number
  readonly limit: number
}

/**
 * One page of the selected people, each with the number of all of them: ids are found, counted and sorted first, and
 * only the page's documents are read.
 */
export function queryUsers(
  scope: FilterScope,
  query: UserQuery,
): Statement<{ readonly user: UserRow; readonly total: number }> {
  const order = orderBy(query)
  const page = sql`
    select ${sql.raw(pageColumns)}, page.total from (
      select id, count(*) over () as total, row_number() over (order by ${order}) as place
      from users where ${selected(scope, query)}
      order by place offset ${query.offset} limit ${query.limit}
    ) page
    join users on users.org_id = ${scope.orgId} and users.id = page.id
    order by page.place`
  return compiled(page, (columns) => ({ user: readUser(columns), total: integer(columns.at(-1)) }))
}

const pageColumns = userColumns.replace(/\w+/g, 'users.$&')

/** How many people a filter selects. */
export function countSelected(scope: FilterScope, query: Pick<UserQuery, 'filter'>): Statement<number> {
  return compiled(sql`select count(*) from users where ${selected(scope, query)}`, ([count]) => integer(count))
}

function selected(scope: FilterScope, { filter }: Pick<UserQuery, 'filter'>): RawBuilder<unknown> {
  const own = sql`org_id = ${scope.orgId}`
  return filter ? sql`${own} and ${userCondition(filter, scope)}` : own
}

/** Absent values come last in ascending order and first in descending (RFC 7644 §3.4.2.3), as PostgreSQL has it. */
function orderBy({ sort }: UserQuery): RawBuilder<unknown> {
  if (!sort) return sql`id`
  return sort.descending ? sql`${sortKey(sort.by)} desc, id` : sql`${sortKey(sort.by)}, id`
}

function sortKey(path: AttributePath): RawBuilder<unknown> {
  const { extension, attribute, subAttribute } = path
  const name = subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`
  const column = extension === undefined ? sortColumns.get(name) : undefined
  if (column) return column

  const last = subAttribute ?? attribute
  const names = [extension, attribute.name].filter((each) => each !== undefined)
  const value = sql`search #> ${sql.lit(`{${names.map((each) => `"${each}"`).join(',')}}`)}`
  const one = attribute.multiValued ? primaryOf(value) : sql`(${value})`
  const leaf = subAttribute ? sql`(${one} ->> ${sql.lit(subAttribute.name)})` : sql`(${one} #>> '{}')`
  const numeric = last.type === 'integer' || last.type === 'decimal' || last.type === 'dateTime'
  return numeric ? sql`${leaf}::numeric` : sql`${leaf} collate "C"`
}

/** Of several values the primary one counts, without one the first (RFC 7644 §3.4.2.3). */
const primaryOf = (values: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select item.value from jsonb_array_elements(${values}) with ordinality as item (value, place)
  order by (item.value -> 'primary') is not distinct from 'true'::jsonb desc, item.place limit 1)`

const sortColumns: ReadonlyMap<string, RawBuilder<unknown>> = new Map([
  ['userName', sql`user_name_key`],
  ['externalId', sql`external_id`],
  ['id', sql`id`],
  ['active', sql`active`],
  ['meta.created', sql`created_at`],
  ['meta.lastModified', sql`updated_at`],
  ['meta.version', sql`('W/"' || version || '"') collate "C"`],
  ['meta.location', sql`id`],
  ['meta.resourceType', sql`true`],
])

const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

function compiled<Row>(query: RawBuilder<unknown>, read: Statement<Row>['read']): Statement<Row> {
  const { sql: text, parameters } = query.compile(compiler)
  return { text, values: parameters as readonly SqlValue[], read } // only strings, numbers and booleans were put in
}
