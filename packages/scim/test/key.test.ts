import {
  attributeKey,
  compareText,
  enterpriseUserSchema,
  foldCase,
  isWellFormedText,
  userSchema,
  utf8Length,
} from '@rollcall/scim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const anyText = fc.string({ unit: 'binary' })
const wellFormedText = fc.string({ unit: 'grapheme' })

describe('foldCase', () => {
  test.each([
    ['case', 'BJensen@Example.COM', 'bjensen@example.com'],
    ['full width letters', 'ＡＢＣ１２３＠', 'abc123@'],
    ['half width katakana and its voicing mark', 'ｶﾞ', 'ガ'],
    ['half width Hangul', 'ﾡￜ', 'ㄱㅣ'],
    ['the ideographic space', 'a\u3000b', 'a b'],
    ['the full width macron', '\uffe3', '\u00af'],
    ['composition', 'Jose\u0301', 'josé'],
    ['the Turkish capital I with a dot, which has two code points in lower case', 'İ', 'i\u0307'],
    ['the Kelvin sign', '\u212a', 'k'],
  ])('levels %s', (_what, text, folded) => {
    expect(foldCase(text)).toBe(folded)
  })

  test.each([
    ['sharp s', 'Straße', 'straße'],
    ['ligatures', 'ﬁ', 'ﬁ'],
    ['superscripts', 'm²', 'm²'],
    ['accents', 'É', 'é'],
  ])('keeps %s', (_what, text, folded) => {
    expect(foldCase(text)).toBe(folded)
  })

  test('folds what is folded to itself, for every code point and for any text', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const folded = foldCase(`A${String.fromCodePoint(code)}\u0307Z`)
      if (foldCase(folded) !== folded) expect.fail(`U+${code.toString(16)}`)
    }
    fc.assert(fc.property(anyText, (text) => foldCase(foldCase(text)) === foldCase(text)))
  })

  test('does not tell canonically equivalent texts apart', () => {
    fc.assert(
      fc.property(wellFormedText, (text) => foldCase(text.normalize('NFD')) === foldCase(text.normalize('NFC'))),
    )
  })
})

describe('compareText', () => {
  test('orders as the UTF-8 bytes do', () => {
    const nearby = fc.string({ unit: fc.constantFrom('a', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '𐀀'), maxLength: 5 })
    fc.assert(
      fc.property(fc.oneof(nearby, wellFormedText), fc.oneof(nearby, wellFormedText), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  test('puts a character beyond U+FFFF after one below, which UTF-16 has the other way round', () => {
    expect(['😀', '\uffff'].toSorted()).toEqual(['😀', '\uffff'])
    expect(['😀', '\uffff'].toSorted(compareText)).toEqual(['\uffff', '😀'])
  })
})

describe('utf8Length', () => {
  test('counts what the encoded text has', () => {
    fc.assert(fc.property(wellFormedText, (text) => utf8Length(text) === Buffer.byteLength(text)))
  })
})

describe('isWellFormedText', () => {
  test.each(['', 'é', '😀', '\u0001'])('takes %j', (text) => {
    expect(isWellFormedText(text)).toBe(true)
  })

  test.each(['a\u0000b', '\ud83d', '\ude00\ud83d', 'a\ud83db'])('refuses %j', (text) => {
    expect(isWellFormedText(text)).toBe(false)
  })
})

describe('attributeKey', () => {
  test('keeps the case of a caseExact attribute', () => {
    expect(keyOf('$ref', enterpriseManager())('/Users/ABC')).toBe('/Users/ABC')
  })

  test('folds the case of other attributes', () => {
    expect(keyOf('title')('Vice President')).toBe('vice president')
  })

  test('prefers the key of the attribute itself', () => {
    expect(keyOf('userName')(' Barbara  Jensen ')).toBe('barbara jensen')
  })
})

function keyOf(name: string, attributes = userSchema.attributes) {
  const attribute = attributes.find((each) => each.name === name)
  if (attribute === undefined) throw new Error(`no attribute ${name}`)
  return attributeKey(attribute)
}

const enterpriseManager = () =>
  enterpriseUserSchema.attributes.find(({ name }) => name === 'manager')?.subAttributes ?? []
