import { filterError, type Token, tokenize } from './filter-lexer.ts'
import { quote } from './path.ts'

/** Where the parse of one filter stands: made for it and gone with it. */
export type Reader = {
  readonly tokens: readonly Token[]
  /** The index of the token that comes next. */
  next: number
  /** How many brackets are open. */
  depth: number
  /** How many comparisons were read. */
  terms: number
}

export function readerOf(text: string): Reader {
  return { tokens: tokenize(text), next: 0, depth: 0, terms: 0 }
}

/** The token that comes next; the end comes again and again. */
export function peek(reader: Reader): Token {
  const token = reader.tokens[reader.next] ?? reader.tokens.at(-1)
  if (token === undefined) throw new Error('a filter has an end at least')
  return token
}

export function take(reader: Reader): Token {
  const token = peek(reader)
  reader.next++
  return token
}

export function expectToken(reader: Reader, kind: Token['kind'], expected: string): Token {
  const token = take(reader)
  if (token.kind !== kind) throw filterError(token.position, `expected ${expected}, found ${describeToken(token)}`)
  return token
}

export function expectSpace(reader: Reader): void {
  const token = peek(reader)
  const mayFollow = token.kind === 'end' || token.spaced
  if (!mayFollow) throw filterError(token.position, `expected a space, found ${describeToken(token)}`)
}

/** Strings are not repeated: they hold personal data, and errors are logged. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'the end'
  return token.kind === 'string' ? 'a string' : quote(token.text)
}

export function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word
}
