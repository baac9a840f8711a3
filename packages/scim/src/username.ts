import { foldCase, isPrintableAscii, isWellFormedText, mapWidth } from './key.ts'
import { fitsContext, fitsDirection } from './username-context.ts'

/**
 * The user name as two spellings of one account share it: the PRECIS profile UsernameCaseMapped (RFC 8265 §3.3),
 * which RFC 7644 §5 asks for. A name may be several parts between spaces; spaces around it are dropped and runs of
 * them become one.
 *
 * One departure: the bidirectional rule (RFC 5893 §2) is asked of each label between `@`, `.` and spaces, where RFC
 * 8265 asks it of a whole part. User names are mail addresses here, and the RFC's reading refuses every address with
 * an Arabic or Hebrew local part at a Latin domain. IDNA, where the rule comes from, asks it of each label too.
 * Joiners between letters of scripts other than Arabic are refused unless a virama comes before them.
 *
 * @returns undefined when the profile does not allow the name
 */
export function usernameKey(text: string): string | undefined {
  if (!isWellFormedText(text)) return undefined
  const parts = text.split(' ').filter((part) => part !== '')
  if (parts.length === 0) return undefined
  const keys = parts.map(partKey)
  return keys.every((key) => key !== undefined) ? keys.join(' ') : undefined
}

/**
 * `usernameKey`, or a key for a name that the profile does not allow, so that such a name can at least be looked for.
 * It is never the key of a name that the profile allows: "K" (U+212A, Kelvin) folds to "k", and a search for it must
 * not find the account "k".
 */
export function userNameKey(text: string): string {
  const key = usernameKey(text)
  if (key !== undefined) return key
  const folded = foldCase(text)
  return usernameKey(folded) === undefined ? folded : text
}

function partKey(part: string): string | undefined {
  if (isPrintableAscii(part)) return part.toLowerCase()
  const narrow = mapWidth(part)
  // Asked before lower casing too: the Kelvin sign is disallowed and must not become the letter k.
  if (!isIdentifier(narrow)) return undefined
  const key = narrow.toLowerCase().normalize('NFC')
  return isIdentifier(key) && fitsContext(key) && key.split(/[@.]/).every(fitsDirection) ? key : undefined
}

/** Whether every code point may stand in the IdentifierClass (RFC 8264 §8), some of them subject to context. */
function isIdentifier(text: string): boolean {
  for (const char of text) if (!isIdentifierChar(char)) return false
  return true
}

/** The order of the questions is that of RFC 8264 §8. */
function isIdentifierChar(char: string): boolean {
  if (allowedException.test(char)) return true
  if (disallowedException.test(char)) return false
  if (printableAsciiWithoutSpace.test(char)) return true
  if (joinControl.test(char)) return true
  if (oldHangulJamo.test(char) || ignorable.test(char)) return false
  if (char.normalize('NFKC') !== char) return false
  return letterOrDigit.test(char)
}

// RFC 5892 §2.6: valid, and valid where their context allows.
const allowedException =
  /^[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9]$/u
const disallowedException = /^[\u302e-\u302f\u0640\u07fa\u3031-\u3035\u303b]$/u
const printableAsciiWithoutSpace = /^[!-~]$/u
const joinControl = /^\p{Join_Control}$/u
const oldHangulJamo = /^[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]$/u
const ignorable = /^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]$/u
const letterOrDigit = /^[\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}]$/u
