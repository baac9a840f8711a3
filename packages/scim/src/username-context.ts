/** Whether the code points of a user name that need a context have it (RFC 5892, Appendix A). */
export function fitsContext(part: string): boolean {
  return strays.every((stray) => !stray.test(part)) && !mixesArabicDigits(part) && !lacksJapanese(part)
}

/** The bidirectional rule (RFC 5893 §2) for one label; a label without right-to-left letters or digits always fits. */
export function fitsDirection(label: string): boolean {
  if (!rightToLeft.test(label)) return true
  return (
    startsRightToLeft.test(label) &&
    endsRightToLeft.test(label) &&
    !leftToRight.test(label) &&
    !(arabicNumber.test(label) && europeanNumber.test(label))
  )
}

// The code points of canonical combining class 9 (Virama), which has no property escape.
const virama = String.raw`\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\
\u1039\u103a\u1714\u1715\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\
\uabed\u{10a3f}\u{11046}\u{11070}\u{1107f}\u{110b9}\u{11133}\u{11134}\u{111c0}\u{11235}\u{112ea}\u{1134d}\u{11442}\
\u{114c2}\u{115bf}\u{1163f}\u{116b6}\u{1172b}\u{11839}\u{1193d}\u{1193e}\u{119e0}\u{11a34}\u{11a47}\u{11a99}\u{11c3f}\
\u{11d44}\u{11d45}\u{11d97}`.replaceAll('\\\n', '')

// Letters of the Arabic block by Joining_Type, which has no property escape: those that join the letter after them
// (dual joining), and those that join only the letter before them.
const dualJoining = String.raw`\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\
\u0678-\u0687\u069a-\u06bf\u06c1\u06c2\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc\u06ff`.replaceAll('\\\n', '')
const rightJoining = String.raw`\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\
\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef`.replaceAll('\\\n', '')

const nonJoinerBefore = String.raw`(?<![${virama}])(?<![${dualJoining}]\p{Mn}*)\u200c`
const nonJoinerAfter = String.raw`(?<![${virama}])\u200c(?!\p{Mn}*[${dualJoining}${rightJoining}])`

/** Each finds a character that stands where its rule does not allow it. */
const strays: readonly RegExp[] = [
  new RegExp(`${nonJoinerBefore}|${nonJoinerAfter}`, 'u'),
  new RegExp(String.raw`(?<![${virama}])\u200d`, 'u'),
  /(?<!l)\u00b7|\u00b7(?!l)/u,
  /\u0375(?!\p{Script=Greek})/u,
  /(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u,
]

const mixesArabicDigits = (part: string) => /[\u0660-\u0669]/u.test(part) && /[\u06f0-\u06f9]/u.test(part)

const lacksJapanese = (part: string) =>
  part.includes('\u30fb') && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(part)

// Bidi_Class has no property escape either. Among the characters that the IdentifierClass allows, R and AL are the
// letters of these scripts and the digits of two of them; AN and EN are the digits below; NSM is Mn; L is the rest of
// the letters, spacing marks and digits.
const rightToLeftScripts = [
  'Adlam Arabic Avestan Chorasmian Cypriot Elymaic Hanifi_Rohingya Hatran Hebrew Imperial_Aramaic',
  'Inscriptional_Pahlavi Inscriptional_Parthian Kharoshthi Lydian Mandaic Manichaean Mende_Kikakui',
  'Meroitic_Cursive Meroitic_Hieroglyphs Nabataean Nko Old_Hungarian Old_North_Arabian Old_Sogdian',
  'Old_South_Arabian Old_Turkic Old_Uyghur Palmyrene Phoenician Psalter_Pahlavi Samaritan Sogdian Syriac Thaana Yezidi',
]
const anyRightToLeftScript = rightToLeftScripts
  .join(' ')
  .replaceAll(/\S+/g, String.raw`\p{Script=$&}`)
  .replaceAll(' ', '')

const arabicDigits = String.raw`\u0660-\u0669\u{10d30}-\u{10d39}`
const europeanDigits = String.raw`0-9\u06f0-\u06f9`
const strong = String.raw`(?![\p{Mn}${arabicDigits}${europeanDigits}])[${anyRightToLeftScript}]`

const rightToLeft = new RegExp(`${strong}|[${arabicDigits}]`, 'u')
const startsRightToLeft = new RegExp(`^${strong}`, 'u')
const endsRightToLeft = new RegExp(String.raw`(?:${strong}|[${arabicDigits}${europeanDigits}])\p{Mn}*$`, 'u')
const leftToRight = new RegExp(
  String.raw`(?![${anyRightToLeftScript}${europeanDigits}${arabicDigits}])[\p{L}\p{Mc}\p{Nd}]`,
  'u',
)
const arabicNumber = new RegExp(`[${arabicDigits}]`, 'u')
const europeanNumber = new RegExp(`[${europeanDigits}]`, 'u')
