import type { AttributePath, Comparison, Filter } from '@rollcall/scim'
import { sql } from 'kysely'
import { type Condition, compareText, joined, unassigned } from './comparison.ts'
import type { OrganizationId } from './scope.ts'
import { type ValuePath, compareDocument, present, valuePath } from './search-condition.ts'
import { indexedEmail, indexedUserName } from './search-document.ts'
import { userColumn } from './user-columns.ts'

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

function compareUser(comparison: Comparison, scope: FilterScope): Condition {
  const indexed = indexedAs(comparison)
  if (indexed !== undefined) return compareIndexed(indexed, comparison, scope)
  const column = userColumn(comparison.path, scope)
  if (column) return comparison.value === null ? unassigned(comparison, column.present) : column.compare(comparison)
  if (comparison.value === null) return unassigned(comparison, present(comparison.path))
  return compareDocument(comparison)
}

/**
 * The name under which the indexed values alone tell who is selected. Part of a user name is looked for there, too: they
 * are narrow, where the people are wide.
 */
function indexedAs({ path, operator, value }: Comparison): string | undefined {
  if (value === null || path.extension !== undefined) return undefined
  if (path.attribute.name === 'userName') return operator === 'co' || operator === 'ew' ? indexedUserName : undefined
  // `ne` asks for those without a value as well.
  return isEmail(path) && path.subAttribute?.name === 'value' && operator !== 'ne' ? indexedEmail : undefined
}

/** An array and no `in`: its size is not guessed at, and indexes serve the sides of an `or`. */
function compareIndexed(attribute: string, comparison: Comparison, { orgId }: FilterScope): Condition {
  return sql`id = any (array(select user_id from user_values
    where org_id = ${orgId} and attribute = ${attribute}
      and ${compareText(sql`value_key`, sql`value_key`, comparison)}))`
}

/** Puts an index look-up in front of a value path that only people with one e-mail address can fulfil. */
function withIndexedEmail(filter: ValuePath, scope: FilterScope, condition: Condition): Condition {
  const sought = isEmail(filter.path) ? soughtValue(filter) : undefined
  return sought ? sql`(${compareIndexed(indexedEmail, sought, scope)} and ${condition})` : condition
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
