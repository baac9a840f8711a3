import { parseDateTime } from './date-time.ts'
import { readBoolean } from './dialect.ts'
import type { Comparison, ComparisonOperator } from './filter.ts'
import { filterError, type Token } from './filter-lexer.ts'
import { type AttributePath, findSubAttribute, formatPath } from './path.ts'
import type { AttributeType } from './schema.ts'

/**
 * The comparison of the attribute with the literal, when the operator and the literal fit the attribute's type
 * (RFC 7644 §3.4.2.2, Table 3). So neither `matches` nor a query meets a comparison that has no meaning.
 *
 * @throws ScimError invalidFilter
 */
export function typedComparison(path: AttributePath, operator: ComparisonOperator, literal: Token): Comparison {
  const target = simplePath(path, literal.position)
  const { type } = target.subAttribute ?? target.attribute
  const value = readLiteral(literal)
  if (value === null && operator !== 'eq' && operator !== 'ne') {
    throw filterError(literal.position, `null can be compared with eq and ne alone`)
  }
  if (!operatorsOf[type].has(operator)) {
    throw filterError(literal.position, `${formatPath(target)} is ${type} and cannot be compared with ${operator}`)
  }
  const fitting = value === null ? null : fit(type, value)
  if (fitting === undefined) {
    throw filterError(literal.position, `${formatPath(target)} is compared with ${literalOf[type]}`)
  }
  return { kind: 'compare', path: target, operator, value: fitting }
}

/** A complex attribute stands for its `value`, as in the RFC's own example `emails co "example.com"`. */
function simplePath(path: AttributePath, position: number): AttributePath {
  const attribute = path.subAttribute ?? path.attribute
  if (attribute.type !== 'complex') return path
  const subAttribute = findSubAttribute(attribute, 'value')
  if (subAttribute !== undefined) return { ...path, subAttribute }
  throw filterError(position, `${formatPath(path)} is complex: compare one of its sub-attributes`)
}

function readLiteral(token: Token): string | number | boolean | null {
  if (token.kind === 'string') return token.text
  const value = token.kind === 'word' ? wordLiteral(token.text) : undefined
  if (value === undefined) throw filterError(token.position, 'expected a JSON string, number, true, false or null')
  return value
}

function wordLiteral(text: string): number | boolean | null | undefined {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text === 'null') return null
  if (!jsonNumber.test(text) || !Number.isFinite(Number(text))) return undefined
  // Zero has one sign here, so that a formatted filter reads back as the same.
  return Number(text) + 0
}

/** The literal as the type has it; undefined when it does not fit. */
function fit(type: AttributeType, value: string | number | boolean): string | number | boolean | undefined {
  switch (type) {
    case 'boolean':
      return readBoolean(value)
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined
    case 'decimal':
      return typeof value === 'number' ? value : undefined
    case 'dateTime':
      return typeof value === 'string' && parseDateTime(value) !== undefined ? value : undefined
    case 'string':
    case 'reference':
    case 'binary':
      return typeof value === 'string' ? value : undefined
    case 'complex':
      return undefined
  }
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const equality = ['eq', 'ne'] as const
const order = ['gt', 'ge', 'lt', 'le'] as const
const substring = ['co', 'sw', 'ew'] as const

const operatorsOf: Readonly<Record<AttributeType, ReadonlySet<ComparisonOperator>>> = {
  string: new Set([...equality, ...order, ...substring]),
  reference: new Set([...equality, ...order, ...substring]),
  boolean: new Set(equality),
  binary: new Set(equality),
  decimal: new Set([...equality, ...order]),
  integer: new Set([...equality, ...order]),
  dateTime: new Set([...equality, ...order]),
  complex: new Set(),
}

const literalOf: Readonly<Record<AttributeType, string>> = {
  string: 'a string',
  reference: 'a string',
  binary: 'a string',
  boolean: 'true or false',
  decimal: 'a number',
  integer: 'a whole number',
  dateTime: 'a date and time with a zone, such as "2026-01-31T08:00:00Z"',
  complex: 'nothing',
}
