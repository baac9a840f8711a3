import { type AttributePath, type Comparison, matches } from '@rollcall/scim'
import { type RawBuilder, sql } from 'kysely'
import { type Condition, compareText, equality, millisecondsOf, symbol } from './comparison.ts'
import { isId } from './id.ts'

const nothing: Condition = sql`false`
const everything: Condition = sql`true`
const constant = (value: boolean): Condition => (value ? everything : nothing)

/** An attribute that stands in a column of its own, or that the server knows without looking. */
export type Column = {
  readonly present: Condition
  readonly compare: (comparison: Comparison) => Condition
}

/** The column of an attribute; undefined for one that stands in the search document alone. */
export function userColumn(
  { extension, attribute, subAttribute }: AttributePath,
  { locationPrefix }: { readonly locationPrefix: string },
): Column | undefined {
  if (extension !== undefined) return undefined
  switch (subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`) {
    case 'userName':
      return textColumn(sql`user_name_key`)
    case 'externalId':
      return nullable(sql`external_id`)
    case 'id':
      return idColumn
    case 'active':
      return { present: everything, compare: ({ operator, value }) => sql`active ${equality(operator)} ${value}` }
    case 'meta':
      return { present: everything, compare: () => nothing }
    case 'meta.created':
      return instantColumn(sql`created_at`)
    case 'meta.lastModified':
      return instantColumn(sql`updated_at`)
    case 'meta.version':
      return textColumn(sql`('W/"' || version || '"')`)
    case 'meta.location':
      return textColumn(sql`(${locationPrefix}::text || id::text)`)
    case 'meta.resourceType':
      return {
        present: everything,
        compare: (comparison) => constant(matches(comparison, { meta: { resourceType: 'User' } })),
      }
    default:
      return undefined
  }
}

function textColumn(column: RawBuilder<unknown>): Column {
  return { present: everything, compare: (comparison) => compareText(sql`${column} collate "C"`, column, comparison) }
}

function nullable(column: RawBuilder<unknown>): Column {
  return {
    present: sql`${column} is not null`,
    compare: (comparison) =>
      comparison.operator === 'ne'
        ? sql`(${column} is null or ${compareText(column, column, comparison)})`
        : sql`(${column} is not null and ${compareText(column, column, comparison)})`,
  }
}

const idColumn: Column = {
  present: everything,
  compare: (comparison) => {
    const { operator, value } = comparison
    if (operator !== 'eq') return compareText(sql`id::text collate "C"`, sql`id::text`, comparison)
    return typeof value === 'string' && isId(value) ? sql`id = ${value}::uuid` : nothing
  },
}

function instantColumn(column: RawBuilder<unknown>): Column {
  return {
    present: everything,
    // Not as text: a zone moves the first and the last day out of the years that PostgreSQL reads.
    compare: ({ operator, value }) =>
      sql`${column} ${symbol(operator)} to_timestamp(${millisecondsOf(value)}::double precision / 1000)`,
  }
}
