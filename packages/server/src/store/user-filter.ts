import {
  type Attribute,
  type AttributePath,
  type Comparison,
  type Filter,
  attributeKey,
  foldCase,
  matches,
  parseDateTime,
} from '@rollcall/scim'
import { type RawBuilder, sql } from 'kysely'
import type { OrganizationId } from './scope.ts'
import { indexedEmail } from './search-document.ts'

export type Condition = RawBuilder<boolean>

/** What a condition is about: one organization, and how its people's locations begin. */
export type FilterScope = {
  readonly orgId: OrganizationId
  /** `meta.location` of a person without the id: `https://…/Users/`. */
  readonly locationPrefix: string
}

/**
 * The filter as a condition on a row of users: it selects the people whose resource `matches` the filter. Never null,
 * so that `not` is the plain opposite. What has a column or an indexed value is compared with it; the rest with the
 * search document.
 */
export function userCondition(filter: Filter, scope: FilterScope): Condition {
  switch (filter.kind) {
    case 'and':
      return joined(
        filter.operands.map((operand) => userCondition(operand, scope)),
        ' and ',
      )
    case 'or':
      return joined(
        filter.operands.map((operand) => userCondition(operand, scope)),
        ' or ',
      )
    case 'not':
      return sql`not ${userCondition(filter.operand, scope)}`
    case 'present':
      return userColumn(filter.path, scope)?.present ?? present(filter.path)
    case 'compare':
      return compareUser(filter, scope)
    case 'valuePath':
      return filter.path.attribute.name === 'meta'
        ? userCondition(unwrapped(filter.filter, filter.path), scope)
        : withIndexedEmail(filter, scope, valuePath(filter))
  }
}

const joined = (conditions: readonly Condition[], word: ' and ' | ' or '): Condition =>
  sql`(${sql.join(conditions, sql.raw(word))})`

/** The filter of `meta[…]` without its brackets: everybody has one meta, and it stands in columns. */
function unwrapped(filter: Filter, owner: AttributePath): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, operands: filter.operands.map((operand) => unwrapped(operand, owner)) }
    case 'not':
      return { ...filter, operand: unwrapped(filter.operand, owner) }
    case 'present':
    case 'compare':
      return { ...filter, path: { ...owner, subAttribute: filter.path.attribute } }
    case 'valuePath':
      throw new Error('the parser lets no value path stand inside another')
  }
}

const nothing: Condition = sql`false`
const everything: Condition = sql`true`
const constant = (value: boolean): Condition => (value ? everything : nothing)

/** An attribute that stands in a column of its own, or that the server knows without looking. */
type Column = {
  readonly present: Condition
  readonly compare: (comparison: Comparison) => Condition
}

function compareUser(comparison: Comparison, scope: FilterScope): Condition {
  const column = userColumn(comparison.path, scope)
  if (column) return comparison.value === null ? unassigned(comparison, column.present) : column.compare(comparison)
  if (comparison.value === null) return unassigned(comparison, present(comparison.path))
  return isIndexed(comparison) ? compareIndexed(comparison, scope) : compareDocument(comparison)
}

const unassigned = ({ operator }: Comparison, isPresent: Condition): Condition =>
  operator === 'eq' ? sql`not ${isPresent}` : isPresent

function userColumn({ extension, attribute, subAttribute }: AttributePath, scope: FilterScope): Column | undefined {
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
      return textColumn(sql`(${scope.locationPrefix}::text || id::text)`)
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

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const idColumn: Column = {
  present: everything,
  compare: (comparison) => {
    const { operator, value } = comparison
    if (operator !== 'eq') return compareText(sql`id::text collate "C"`, sql`id::text`, comparison)
    return typeof value === 'string' && uuid.test(value) ? sql`id = ${value}::uuid` : nothing
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

// Made by the parser, which takes no other text for a dateTime.
const millisecondsOf = (value: Comparison['value']): number => parseDateTime(String(value)) ?? Number.NaN

/** A path of names in the search document; the names are the schema's own. */
function documentPath({ extension, attribute }: AttributePath, subAttribute?: Attribute): RawBuilder<unknown> {
  const names = [extension, attribute.name, subAttribute?.name].filter((name) => name !== undefined)
  return sql.lit(`{${names.map((name) => `"${name}"`).join(',')}}`)
}

function present(path: AttributePath): Condition {
  const { attribute, subAttribute } = path
  if (!attribute.multiValued || !subAttribute) return sql`(search #> ${documentPath(path, subAttribute)} is not null)`
  return anyValue(path, sql`${member(sql`item.value`, subAttribute)} is not null`)
}

function compareDocument(comparison: Comparison): Condition {
  const { path, operator } = comparison
  const { attribute, subAttribute } = path
  const target = subAttribute ?? attribute
  if (!attribute.multiValued) {
    return compareOne(sql`(search #>> ${documentPath(path, subAttribute)})`, target, comparison)
  }

  const value = subAttribute ? member(sql`item.value`, subAttribute) : sql`(item.value #>> '{}')`
  const some = anyValue(
    path,
    compareOne(value, target, { ...comparison, operator: operator === 'ne' ? 'eq' : operator }),
  )
  if (operator !== 'ne') return some
  const differs = anyValue(
    path,
    sql`(${value} is not null and not ${compareOne(value, target, { ...comparison, operator: 'eq' })})`,
  )
  return sql`(not ${present(path)} or ${differs})`
}

const member = (value: RawBuilder<unknown>, attribute: Attribute): RawBuilder<unknown> =>
  sql`(${value} ->> ${sql.lit(attribute.name)})`

const anyValue = (path: AttributePath, condition: Condition): Condition =>
  sql`exists (select from jsonb_array_elements(search #> ${documentPath(path)}) as item (value) where ${condition})`

/** Compares one value, a text or null; null is like no value: different from everything, and nothing else. */
function compareOne(value: RawBuilder<unknown>, attribute: Attribute, comparison: Comparison): Condition {
  if (comparison.operator === 'ne') return sql`not ${compareOne(value, attribute, { ...comparison, operator: 'eq' })}`
  return sql`coalesce(${compareTyped(value, attribute, comparison)}, false)`
}

function compareTyped(value: RawBuilder<unknown>, attribute: Attribute, comparison: Comparison): Condition {
  const { operator, value: wanted } = comparison
  switch (attribute.type) {
    case 'boolean':
      return sql`${value} = ${String(wanted)}`
    case 'integer':
    case 'decimal':
      return sql`${value}::numeric ${symbol(operator)} ${wanted}::numeric`
    case 'dateTime':
      return sql`${value}::numeric ${symbol(operator)} ${millisecondsOf(wanted)}::numeric`
    case 'string':
    case 'reference':
    case 'binary':
    case 'complex':
      return compareText(sql`${value} collate "C"`, value, comparison)
  }
}

/**
 * Compares a text that is a comparison key already.
 *
 * @param ordered the same text in the order of code points; an indexed column as it is, so that its index serves
 */
function compareText(ordered: RawBuilder<unknown>, value: RawBuilder<unknown>, comparison: Comparison): Condition {
  const { path, operator, value: wanted } = comparison
  const attribute = path.subAttribute ?? path.attribute
  const key = attributeKey(attribute)(String(wanted))
  const part = attribute.caseExact ? String(wanted) : foldCase(String(wanted))
  switch (operator) {
    case 'co':
      return sql`strpos(${value}, ${part}) > 0`
    case 'sw':
      return startsWith(ordered, part)
    case 'ew':
      return sql`right(${value}, length(${part}::text)) = ${part}`
    case 'eq':
    case 'ne':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return sql`${ordered} ${symbol(operator)} ${key}`
  }
}

/** Two bounds, so that an index serves. */
function startsWith(ordered: RawBuilder<unknown>, prefix: string): Condition {
  const end = endOfPrefix(prefix)
  return end === undefined ? sql`${ordered} >= ${prefix}` : sql`(${ordered} >= ${prefix} and ${ordered} < ${end})`
}

/** The first text after all that begin with the prefix, in the order of code points; undefined when all do. */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix)
  for (let at = points.length - 1; at >= 0; at -= 1) {
    const point = points[at]?.codePointAt(0) ?? lastCodePoint
    if (point < lastCodePoint) return points.slice(0, at).join('') + String.fromCodePoint(codePointAfter(point))
  }
  return undefined
}

const lastCodePoint = 0x10ffff

/** Surrogates are no code points of a text. */
const codePointAfter = (point: number): number => (point === 0xd7ff ? 0xe000 : point + 1)

type ValuePath = Extract<Filter, { kind: 'valuePath' }>

function valuePath({ path, filter }: ValuePath): Condition {
  const owner = path.subAttribute ?? path.attribute
  if (owner.multiValued) return anyValue(path, valueCondition(filter, sql`item.value`))
  const value = sql`(search #> ${documentPath(path, path.subAttribute)})`
  return sql`(${value} is not null and ${valueCondition(filter, value)})`
}

/** The filter of a value path, on one value: its paths are sub-attributes of it. */
function valueCondition(filter: Filter, value: RawBuilder<unknown>): Condition {
  switch (filter.kind) {
    case 'and':
      return joined(
        filter.operands.map((operand) => valueCondition(operand, value)),
        ' and ',
      )
    case 'or':
      return joined(
        filter.operands.map((operand) => valueCondition(operand, value)),
        ' or ',
      )
    case 'not':
      return sql`not ${valueCondition(filter.operand, value)}`
    case 'present':
      return sql`${member(value, filter.path.attribute)} is not null`
    case 'compare':
      return filter.value === null
        ? unassigned(filter, sql`(${member(value, filter.path.attribute)} is not null)`)
        : compareOne(member(value, filter.path.attribute), filter.path.attribute, filter)
    case 'valuePath':
      throw new Error('the parser lets no value path stand inside another')
  }
}

/** Whether the indexed values alone tell who has such a value; `ne` asks for those without one, too. */
const isIndexed = ({ path, operator }: Comparison) =>
  isEmail(path) && path.subAttribute?.name === 'value' && operator !== 'ne'

function compareIndexed(comparison: Comparison, { orgId }: FilterScope): Condition {
  const owners = sql`select user_id from user_values
    where org_id = ${orgId} and attribute = ${indexedEmail}
      and ${compareText(sql`value_key`, sql`value_key`, comparison)}`
  // An array for the few that have one value, so that indexes serve the sides of an `or`.
  return comparison.operator === 'eq' ? sql`id = any (array(${owners}))` : sql`id in (${owners})`
}

/** Puts an index look-up in front of a value path that only people with one e-mail address can fulfil. */
function withIndexedEmail(filter: ValuePath, scope: FilterScope, condition: Condition): Condition {
  const sought = isEmail(filter.path) ? soughtValue(filter) : undefined
  return sought ? sql`(${compareIndexed(sought, scope)} and ${condition})` : condition
}

/** The term that asks for one value, as a comparison of the attribute itself. */
function soughtValue({ path, filter }: ValuePath): Comparison | undefined {
  const terms = filter.kind === 'and' ? filter.operands : [filter]
  for (const term of terms) {
    if (term.kind !== 'compare' || term.operator !== 'eq' || term.value === null) continue
    if (term.path.attribute.name === 'value') return { ...term, path: { ...path, subAttribute: term.path.attribute } }
  }
  return undefined
}

const isEmail = ({ extension, attribute }: AttributePath) => extension === undefined && attribute.name === 'emails'

const equality = (operator: Comparison['operator']): RawBuilder<unknown> => symbol(operator === 'ne' ? 'ne' : 'eq')

function symbol(operator: Comparison['operator']): RawBuilder<unknown> {
  switch (operator) {
    case 'eq':
      return sql`=`
    case 'ne':
      return sql`<>`
    case 'gt':
      return sql`>`
    case 'ge':
      return sql`>=`
    case 'lt':
      return sql`<`
    case 'le':
      return sql`<=`
    case 'co':
    case 'sw':
    case 'ew':
      throw new Error(`${operator} is no operator of SQL`)
  }
}
