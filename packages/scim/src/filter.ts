import { qualifyPath } from './dialect.ts'
import { invalidFilter, ScimError } from './errors.ts'
import { filterError, type Token } from './filter-lexer.ts'
import { typedComparison } from './filter-literal.ts'
import { describeToken, expectSpace, expectToken, isWord, peek, type Reader, readerOf, take } from './filter-reader.ts'
import { utf8Length } from './key.ts'
import { type AttributePath, findSubAttribute, formatPath, parsePath, quote } from './path.ts'
import type { Attribute, ResourceType } from './schema.ts'

/**
 * A filter (RFC 7644 §3.4.2.2) whose every literal fits its attribute. Inside a value path the paths are relative:
 * their `attribute` is a sub-attribute of the attribute that the value path names.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | Comparison
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'valuePath'; readonly path: AttributePath; readonly filter: Filter }

export type Comparison = {
  readonly kind: 'compare'
  /** Never of a complex attribute: `emails eq "x"` is read as `emails.value eq "x"`. */
  readonly path: AttributePath
  readonly operator: ComparisonOperator
  /** A boolean, number or string as the attribute has it; null, which stands for "no value", only with eq and ne. */
  readonly value: string | number | boolean | null
}

export type ComparisonOperator = (typeof comparisonOperators)[number]

const comparisonOperators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const

// Ten times what Okta and Entra ID send; a longer request line is refused by proxies anyway.
export const maxFilterBytes = 8192

/** How deep parentheses and value paths may nest. */
export const maxFilterDepth = 32

/** How many comparisons a filter may hold: each becomes a condition of a database query. */
export const maxFilterTerms = 256

/**
 * Reads the text of a filter in time proportional to its length. Operators and names are read in any case.
 *
 * @throws ScimError invalidFilter with the position and what was expected
 */
export function parseFilter(type: ResourceType, text: string): Filter {
  if (utf8Length(text) > maxFilterBytes) throw invalidFilter(`a filter has ${maxFilterBytes} bytes at most`)
  const reader = readerOf(text)
  const filter = readOr(reader, { kind: 'resource', type })
  expectToken(reader, 'end', 'and, or, or the end of the filter')
  return filter
}

/** The filter as `parseFilter` reads it: `parseFilter(type, formatFilter(filter))` equals the filter. */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
      return filter.operands.map((operand) => formatOperand(operand, ['and', 'or'])).join(' and ')
    case 'or':
      return filter.operands.map((operand) => formatOperand(operand, ['or'])).join(' or ')
    case 'not':
      return `not (${formatFilter(filter.operand)})`
    case 'compare':
      return `${formatPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'present':
      return `${formatPath(filter.path)} pr`
    case 'valuePath':
      return `${formatPath(filter.path)}[${formatFilter(filter.filter)}]`
  }
}

function formatOperand(filter: Filter, inParentheses: readonly Filter['kind'][]): string {
  return inParentheses.includes(filter.kind) ? `(${formatFilter(filter)})` : formatFilter(filter)
}

/** What paths are read against: a resource type, or one value of a complex attribute. */
type Scope =
  | { readonly kind: 'resource'; readonly type: ResourceType }
  | { readonly kind: 'value'; readonly attribute: Attribute }

const readOr = (reader: Reader, scope: Scope): Filter => readOperands(reader, 'or', () => readAnd(reader, scope))

const readAnd = (reader: Reader, scope: Scope): Filter => readOperands(reader, 'and', () => readTerm(reader, scope))

function readOperands(reader: Reader, kind: 'and' | 'or', readOperand: () => Filter): Filter {
  const first = readOperand()
  const operands = [first]
  while (isWord(peek(reader), kind)) {
    expectSpace(reader)
    reader.next++
    expectSpace(reader)
    operands.push(readOperand())
  }
  return operands.length === 1 ? first : { kind, operands }
}

function readTerm(reader: Reader, scope: Scope): Filter {
  const token = peek(reader)
  if (token.kind === '(') return readNested(reader, ')', scope)
  if (isWord(token, 'not') && reader.tokens[reader.next + 1]?.kind === '(') {
    reader.next++
    return { kind: 'not', operand: readNested(reader, ')', scope) }
  }
  return readPathTerm(reader, scope)
}

/** Reads `( filter )` or `[ filter ]`. */
function readNested(reader: Reader, close: ')' | ']', scope: Scope): Filter {
  const open = take(reader)
  if (++reader.depth > maxFilterDepth) {
    throw filterError(open.position, `filters nest ${maxFilterDepth} levels deep at most`)
  }
  const filter = readOr(reader, scope)
  expectToken(reader, close, `and, or, or ${quote(close)}`)
  reader.depth--
  return filter
}

function readPathTerm(reader: Reader, scope: Scope): Filter {
  const token = expectToken(reader, 'word', 'an attribute, not or "("')
  const path = resolvePath(scope, token)
  const opensValuePath = peek(reader).kind === '[' && !peek(reader).spaced
  return opensValuePath ? readValuePath(reader, scope, path) : readComparison(reader, path)
}

function readComparison(reader: Reader, path: AttributePath): Filter {
  countTerm(reader)
  expectSpace(reader)
  const operatorToken = expectToken(reader, 'word', 'an operator')
  const operator = operatorToken.text.toLowerCase()
  if (operator === 'pr') return { kind: 'present', path }
  if (!isComparisonOperator(operator)) {
    throw filterError(operatorToken.position, `expected an operator, found ${describeToken(operatorToken)}`)
  }
  expectSpace(reader)
  return typedComparison(path, operator, take(reader))
}

/**
 * Reads what follows the path of `emails[type eq "work"]`. Entra ID looks people up with
 * `emails[type eq "work"].value eq "x"`, which the grammar does not have: the comparison is read as one more
 * condition inside the brackets.
 */
function readValuePath(reader: Reader, scope: Scope, path: AttributePath): Filter {
  const open = peek(reader)
  if (scope.kind === 'value') throw filterError(open.position, 'a value path cannot stand inside another')
  const attribute = path.subAttribute ?? path.attribute
  if (attribute.subAttributes === undefined) {
    throw filterError(open.position, `${formatPath(path)} has no sub-attributes to filter by`)
  }
  const inside: Scope = { kind: 'value', attribute }
  const filter = readNested(reader, ']', inside)
  const after = peek(reader)
  if (after.kind !== 'word' || after.spaced) return { kind: 'valuePath', path, filter }
  if (!after.text.startsWith('.')) throw filterError(after.position, 'expected a space after "]"')
  const token = { ...take(reader), text: after.text.slice(1) }
  const moved = readComparison(reader, resolvePath(inside, token))
  const operands = filter.kind === 'and' ? [...filter.operands, moved] : [filter, moved]
  return { kind: 'valuePath', path, filter: { kind: 'and', operands } }
}

function resolvePath(scope: Scope, token: Token): AttributePath {
  if (scope.kind === 'resource') return resolveInType(scope.type, token)
  const attribute = findSubAttribute(scope.attribute, token.text)
  if (attribute === undefined) {
    throw filterError(token.position, `${scope.attribute.name} has no sub-attribute ${quote(token.text)}`)
  }
  return { extension: undefined, attribute, subAttribute: undefined }
}

function resolveInType(type: ResourceType, token: Token): AttributePath {
  try {
    return parsePath(type, qualifyPath(type, token.text))
  } catch (error) {
    if (error instanceof ScimError) throw filterError(token.position, error.message)
    throw error
  }
}

function countTerm(reader: Reader): void {
  if (++reader.terms > maxFilterTerms) {
    throw filterError(peek(reader).position, `a filter has ${maxFilterTerms} comparisons at most`)
  }
}

const isComparisonOperator = (text: string): text is ComparisonOperator =>
  comparisonOperators.some((operator) => operator === text)
