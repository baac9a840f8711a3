import { type Attribute, type Comparison, attributeKey, foldCase, parseDateTime } from '@rollcall/scim'
import { type RawBuilder, sql } from 'kysely'

/** A condition on a row or a value, never null, so that `not` is the plain opposite. */
export type Condition = RawBuilder<boolean>

export const joined = (conditions: readonly Condition[], word: ' and ' | ' or '): Condition =>
  sql`(${sql.join(conditions, sql.raw(word))})`

/** What `eq null` and `ne null` ask. */
export const unassigned = ({ operator }: Comparison, isPresent: Condition): Condition =>
  operator === 'eq' ? sql`not ${isPresent}` : isPresent

/** Compares one value, a text or null; null is like no value: different from everything, and nothing else. */
export function compareOne(value: RawBuilder<unknown>, attribute: Attribute, comparison: Comparison): Condition {
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
export function compareText(
  ordered: RawBuilder<unknown>,
  value: RawBuilder<unknown>,
  comparison: Comparison,
): Condition {
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

// Made by the parser, which takes no other text for a dateTime.
export const millisecondsOf = (value: Comparison['value']): number => parseDateTime(String(value)) ?? Number.NaN

export const equality = (operator: Comparison['operator']): RawBuilder<unknown> =>
  symbol(operator === 'ne' ? 'ne' : 'eq')

export function symbol(operator: Comparison['operator']): RawBuilder<unknown> {
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
