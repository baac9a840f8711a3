import { matches, parseFilter, usernameKey, userResourceType } from '@rollcall/scim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('usernameKey (RFC 8265 §3.3, UsernameCaseMapped)', () => {
  test.each([
    ['lower case', 'Alice@Example.com', 'ALICE@EXAMPLE.COM'],
    ['composition', 'José', 'Jose\u0301'],
    ['width', 'abc', 'ａｂｃ'],
    ['spaces around and between the parts', 'Barbara Jensen', '  barbara   jensen '],
    ['the Turkish dotted capital I and its two code points', 'İnci', 'i\u0307nci'],
    ['Cherokee capitals', 'Ꭰ', 'ꭰ'],
    ['half width katakana', 'ガ', 'ｶﾞ'],
  ])('is the same whatever the %s', (_what, one, other) => {
    expect(usernameKey(one)).toBeDefined()
    expect(usernameKey(one)).toBe(usernameKey(other))
  })

  test.each([
    ['sharp s and ss', 'Straße', 'STRASSE'],
    ['the Turkish dotless i and i', 'ı', 'i'],
    ['the Turkish dotted capital I and i', 'admİn@corp', 'admin@corp'],
    ['final sigma and sigma', 'ς', 'σ'],
    ['accented and plain letters', 'rené', 'rene'],
    ['Cyrillic а and Latin a', 'аdmin', 'admin'],
  ])('keeps %s apart', (_what, one, other) => {
    expect(usernameKey(one)).toBeDefined()
    expect(usernameKey(one)).not.toBe(usernameKey(other))
  })

  test.each([
    "O'Brien",
    'first.last+tag@example.com',
    '{[(~!#$%^&*)]}',
    'علي@example.com',
    'علي٣@example.com',
    'علي3.حسن@example.com',
    'admin.דוד@example.com',
    'राम',
    '李小龙',
    '김철수',
    'สมชาย',
    'ʻokina',
    'col·legi',
    '͵α',
    'א׳',
    'カ・カ',
    '一・二',
    'می\u200cخواهم',
    'क्\u200dष',
    'क्\u200cष',
  ])('allows %j', (text) => {
    expect(usernameKey(text)).toBeDefined()
  })

  test.each([
    ['nothing', ''],
    ['only spaces', '   '],
    ['the Kelvin sign', '\u212aim'],
    ['the Angstrom sign', '\u212bke'],
    ['a ligature', 'ﬁnn'],
    ['a Roman numeral', 'henryⅣ'],
    ['a superscript', 'm²'],
    ['a symbol', '∞'],
    ['an emoji', 'party🎉'],
    ['typographic punctuation', 'O’Brien'],
    ['a control character', 'a\u0007b'],
    ['a tab', 'a\tb'],
    ['U+0000', 'a\u0000b'],
    ['a lone surrogate', 'a\ud800'],
    ['a zero width space', 'a\u200bb'],
    ['a right-to-left override', 'a\u202eb'],
    ['a soft hyphen', 'a\u00adb'],
    ['a variation selector', 'a\ufe0f'],
    ['a byte order mark', '\ufeffa'],
    ['a no-break space', 'a\u00a0b'],
    ['an ideographic space', 'a\u3000b'],
    ['old Hangul jamo', '\u1100\u1161'],
    ['the Arabic tatweel', 'عـلي'],
    ['an unassigned code point', '\u0378'],
    ['a noncharacter', '\ufdd0'],
    ['a private use character', '\ue000'],
    ['an enclosing mark', 'a\u20dd'],
    ['a middle dot that is not between two l', 'a·b'],
    ['a keraia without Greek after it', 'α͵'],
    ['a geresh without Hebrew before it', 'a׳'],
    ['a katakana middle dot without Japanese', 'a・b'],
    ['Arabic-Indic and extended Arabic-Indic digits together', 'ع٣۳'],
    ['a joiner between Latin letters', 'a\u200db'],
    ['a non-joiner between Latin letters', 'a\u200cb'],
    ['a non-joiner after an Arabic letter that does not join', 'د\u200cم'],
    ['a non-joiner at the end', 'می\u200c'],
    ['Arabic and Latin letters in one label', 'aعلي'],
    ['Latin letters at the end of an Arabic label', 'عليa'],
    ['an Arabic label that begins with a digit', '3علي'],
    ['European and Arabic-Indic digits in one label', 'علي3٣'],
    ['punctuation at the end of an Arabic label', 'علي-'],
  ])('refuses %s', (_what, text) => {
    expect(usernameKey(text)).toBeUndefined()
  })

  test('is its own key, for every code point and for any text', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const key = usernameKey(String.fromCodePoint(code))
      if (key !== undefined && usernameKey(key) !== key) expect.fail(`U+${code.toString(16)}`)
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const key = usernameKey(text)
        return key === undefined || usernameKey(key) === key
      }),
    )
  })
})

describe('userName in a filter', () => {
  const finds = (wanted: string, userName: string) =>
    matches(parseFilter(userResourceType, `userName eq ${JSON.stringify(wanted)}`), { userName })

  test('finds the account in another spelling', () => {
    expect(finds('ＡＬＩＣＥ', 'alice')).toBe(true)
  })

  test.each([
    ['\u212aim', 'kim'],
    ['İ', 'i'],
    ['ﬁnn', 'finn'],
  ])('does not find another account with a name that the profile refuses: %j', (wanted, userName) => {
    expect(finds(wanted, userName)).toBe(false)
  })

  test('finds a name that the profile refuses in another case', () => {
    expect(finds('O’BRIEN', 'o’brien')).toBe(true)
  })
})
