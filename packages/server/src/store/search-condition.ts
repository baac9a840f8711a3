import type { Attribute, AttributePath, Comparison, Filter } from '@rollcall/scim'
import { type RawBuilder, sql } from 'kysely'
import { type Condition, compareOne, joined, unassigned } from './comparison.ts'

/** A path of names in the search document; the names are the schema's own. */
function documentPath({ extension, attribute }: AttributePath, subAttribute?: Attribute): RawBuilder<unknown> {
  const names = [extension, attribute.name, subAttribute?.name].filter((name) => name !== undefined)
  return sql.lit(`{${names.map((name) => `"${name}"`).join(',')}}`)
}

/** Whether the search document has a value at the path. */
export function present(path: AttributePath): Condition {
  const { attribute, subAttribute } = path
  if (!attribute.multiValued || !subAttribute) return sql`(search #> ${documentPath(path, subAttribute)} is not null)`
  return anyValue(path, sql`${member(sql`item.value`, subAttribute)} is not null`)
}

/** Compares what the search document has at the path; of several values, any will do. */
export function compareDocument(comparison: Comparison): Condition {
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

export type ValuePath = Extract<Filter, { kind: 'valuePath' }>

/** Whether one value of the attribute fulfils the filter in the brackets. */
export function valuePath({ path, filter }: ValuePath): Condition {
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
