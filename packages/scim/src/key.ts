import type { Attribute } from './schema.ts'

/**
 * The text that two strings share when they differ only in case, width or Unicode composition: full and half width
 * forms become ordinary ones, letters lower case, the whole NFC. The same on every machine, whatever its locale.
 *
 * Total and idempotent: `foldCase(foldCase(text)) === foldCase(text)`.
 */
export function foldCase(text: string): string {
  return isPrintableAscii(text) ? text.toLowerCase() : mapWidth(text).toLowerCase().normalize('NFC')
}

/** The function that gives the text which stands for a value of the attribute wherever values are compared. */
export function attributeKey(attribute: Attribute): (value: string) => string {
  if (attribute.key !== undefined) return attribute.key
  return attribute.caseExact ? identity : foldCase
}

/**
 * Negative, zero or positive as `a` sorts before, with or after `b` by Unicode code points: the order of the UTF-8
 * bytes, and so of PostgreSQL's collation "C".
 */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const unitA = a.charCodeAt(i)
    const unitB = b.charCodeAt(i)
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB)
  }
  return a.length - b.length
}

/** The length of the text in UTF-8 bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // Each half of a surrogate pair counts two bytes of the four.
    bytes += unit < 0x800 || isSurrogate(unit) ? 1 : 2
  }
  return bytes
}

/** Whether the text can be stored and sent by everyone: no U+0000, which PostgreSQL refuses, and no lone surrogate. */
export function isWellFormedText(text: string): boolean {
  return !text.includes('\u0000') && !loneSurrogate.test(text)
}

/** Full width and half width characters replaced by the ordinary ones; other compatibility characters stay. */
export function mapWidth(text: string): string {
  return text.replaceAll(widthVariant, (char) => ordinaryWidth.get(char) ?? char.normalize('NFKC'))
}

export function isPrintableAscii(text: string): boolean {
  return !notPrintableAscii.test(text)
}

const identity = (value: string) => value

const notPrintableAscii = /[^ -~]/
const loneSurrogate = /\p{Surrogate}/u
const widthVariant = /[\u3000\uff01-\uffee]/g

/** The width variants whose NFKC form goes further than their width: macron, voicing marks and Hangul letters. */
const ordinaryWidth: ReadonlyMap<string, string> = new Map([
  ['\uffe3', '\u00af'],
  ['\uff9e', '\u3099'],
  ['\uff9f', '\u309a'],
  ['\uffa0', '\u3164'],
  ...halfWidthHangul(),
])

function halfWidthHangul(): [string, string][] {
  const runs = [
    [0xffa1, 0xffbe],
    [0xffc2, 0xffc7],
    [0xffca, 0xffcf],
    [0xffd2, 0xffd7],
    [0xffda, 0xffdc],
  ] as const
  const halfWidth = runs.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  return halfWidth.map((code, i) => [String.fromCharCode(code), String.fromCharCode(0x3131 + i)])
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff

/** Moves the surrogates, which stand for U+10000 and above, behind the rest of the 16-bit units. */
function codePointRank(unit: number): number {
  if (isSurrogate(unit)) return unit + 0x2000
  return unit > 0xdfff ? unit - 0x800 : unit
}
