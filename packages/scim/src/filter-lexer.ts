import { invalidFilter } from './errors.ts'
import { isWellFormedText } from './key.ts'

/** A piece of a filter: a bracket, a JSON string, or a run of other characters (a path, an operator, a literal). */
export type Token = {
  readonly kind: 'word' | 'string' | '(' | ')' | '[' | ']' | 'end'
  /** The word as written, or what the string says. */
  readonly text: string
  /** Where the token begins in the filter, counted from 1. */
  readonly position: number
  /** Whether a space, or the start of the filter, comes before it. */
  readonly spaced: boolean
}

/**
 * Cuts a filter into tokens, in one pass; the last is the end.
 *
 * @throws ScimError invalidFilter for a string that is not JSON, or that no attribute could hold
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const start = skipSpaces(text, at)
    if (start === text.length) break
    const end = tokenEnd(text, start)
    tokens.push(readToken(text.slice(start, end), start + 1, start > at || at === 0))
    at = end
  }
  tokens.push({ kind: 'end', text: '', position: text.length + 1, spaced: true })
  return tokens
}

/** A refusal that says where the filter went wrong. */
export function filterError(position: number, problem: string) {
  return invalidFilter(`filter, position ${position}: ${problem}`)
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (text[at] === ' ') at++
  return at
}

function tokenEnd(text: string, start: number): number {
  const first = text[start] ?? ''
  if (isBracket(first)) return start + 1
  return first === '"' ? stringEnd(text, start) : wordEnd(text, start)
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at++
  }
  throw filterError(start + 1, 'the string has no closing quote')
}

function wordEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && !delimiters.has(text[at] ?? '')) at++
  return at
}

function readToken(source: string, position: number, spaced: boolean): Token {
  if (isBracket(source)) return { kind: source, text: source, position, spaced }
  if (source.startsWith('"')) return { kind: 'string', text: readString(source, position), position, spaced }
  return { kind: 'word', text: source, position, spaced }
}

function readString(source: string, position: number): string {
  const value = jsonString(source)
  if (value === undefined) throw filterError(position, 'the string is not a JSON string')
  if (!isWellFormedText(value)) throw filterError(position, 'the string has U+0000 or half of a surrogate pair')
  return value
}

function jsonString(source: string): string | undefined {
  try {
    return String(JSON.parse(source))
  } catch {
    return undefined
  }
}

const delimiters: ReadonlySet<string> = new Set([' ', '"', '(', ')', '[', ']'])

const isBracket = (text: string): text is '(' | ')' | '[' | ']' =>
  text === '(' || text === ')' || text === '[' || text === ']'
