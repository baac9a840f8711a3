import { parseDateTime } from './date-time.ts'
import type { Comparison, ComparisonOperator, Filter } from './filter.ts'
import { attributeKey, compareText, foldCase } from './key.ts'
import { type AttributePath, member, readPath } from './path.ts'
import type { Attribute, Json, Resource } from './schema.ts'

/**
 * Whether the filter selects the resource. Of a multi-valued attribute any value will do. Without a value `ne` and
 * `eq null` are true and every other comparison is false; `not` is the plain opposite.
 */
export function matches(filter: Filter, resource: Resource): boolean {
  return evaluate(filter, (path) => readPath(resource, path))
}

/** Whether the filter of a value path selects one value of its attribute. */
export function matchesValue(filter: Filter, value: Json): boolean {
  return evaluate(filter, ({ attribute }) => {
    const found = member(value, attribute.name)
    return found === undefined ? [] : [found]
  })
}

function evaluate(filter: Filter, read: (path: AttributePath) => readonly Json[]): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.operands.every((operand) => evaluate(operand, read))
    case 'or':
      return filter.operands.some((operand) => evaluate(operand, read))
    case 'not':
      return !evaluate(filter.operand, read)
    case 'present':
      return read(filter.path).some(isAssigned)
    case 'valuePath':
      return read(filter.path).some((value) => matchesValue(filter.filter, value))
    case 'compare':
      return compare(filter, read(filter.path).filter(isAssigned))
  }
}

/** Null, an empty text, an empty list and an object without values are all "no value" (RFC 7644 §3.4.2.2, `pr`). */
function isAssigned(value: Json): boolean {
  if (value === null || value === '') return false
  return typeof value !== 'object' || Object.values(value).some(isAssigned)
}

function compare({ path, operator, value }: Comparison, values: readonly Json[]): boolean {
  if (value === null) return (operator === 'eq') === (values.length === 0)
  if (operator === 'ne' && values.length === 0) return true
  const attribute = path.subAttribute ?? path.attribute
  return values.some(
    isSubstringOperator(operator) ? contains(attribute, operator, value) : stands(attribute, operator, value),
  )
}

type SubstringOperator = 'co' | 'sw' | 'ew'
type OrderOperator = Exclude<ComparisonOperator, SubstringOperator>
type Test = (actual: Json) => boolean

function contains(attribute: Attribute, operator: SubstringOperator, value: string | number | boolean): Test {
  const key = attributeKey(attribute)
  // Part of a value is not a value: the attribute's own key, if it has one, is not made for it.
  const part = attribute.caseExact ? String(value) : foldCase(String(value))
  return (actual) => {
    if (typeof actual !== 'string') return false
    if (operator === 'co') return key(actual).includes(part)
    return operator === 'sw' ? key(actual).startsWith(part) : key(actual).endsWith(part)
  }
}

function stands(attribute: Attribute, operator: OrderOperator, value: string | number | boolean): Test {
  const order = orderAgainst(attribute, value)
  switch (operator) {
    case 'eq':
      return (actual) => order(actual) === 0
    case 'ne':
      return (actual) => order(actual) !== 0
    case 'gt':
      return (actual) => order(actual) > 0
    case 'ge':
      return (actual) => order(actual) >= 0
    case 'lt':
      return (actual) => order(actual) < 0
    case 'le':
      return (actual) => order(actual) <= 0
  }
}

/** Negative, zero or positive as a value stands before, at or after the given one; NaN where they have no order. */
function orderAgainst(attribute: Attribute, value: string | number | boolean): (actual: Json) => number {
  if (typeof value === 'boolean') return (actual) => (actual === value ? 0 : Number.NaN)
  if (typeof value === 'number') return (actual) => (typeof actual === 'number' ? actual - value : Number.NaN)
  if (attribute.type === 'dateTime') return (actual) => instantOf(actual) - instantOf(value)
  const key = attributeKey(attribute)
  const wanted = key(value)
  return (actual) => (typeof actual === 'string' ? compareText(key(actual), wanted) : Number.NaN)
}

const instantOf = (value: Json) => (typeof value === 'string' ? (parseDateTime(value) ?? Number.NaN) : Number.NaN)

const isSubstringOperator = (operator: ComparisonOperator): operator is SubstringOperator =>
  operator === 'co' || operator === 'sw' || operator === 'ew'
