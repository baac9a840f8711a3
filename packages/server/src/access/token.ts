import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** What a secret opens: a service account's key, a person's key, the operator's interface, a set-up link. */
export type TokenKind = 'svc' | 'usr' | 'op' | 'setup'

/** A fresh secret and what may be kept of it. */
export type Token = {
  /** Shown once: `rollcall_svc_<43 base62>_<6 base62 of the CRC-32>`. */
  readonly secret: string
  /** SHA-256 in hex. The secret has 256 random bits, so a slow hash would protect nothing more. */
  readonly hash: string
  readonly last4: string
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

// 43 × log2(62) = 256.03 bits.
const randomLength = 43
const checksumLength = 6

export function newToken(kind: TokenKind): Token {
  const random = Array.from({ length: randomLength }, () => alphabet[randomInt(alphabet.length)]).join('')
  const body = `rollcall_${kind}_${random}`
  const secret = `${body}_${checksum(body)}`
  return { secret, hash: tokenHash(secret), last4: secret.slice(-4) }
}

export function tokenHash(secret: string): string {
  return hash('sha256', secret)
}

const shape = /^(rollcall_(svc|usr|op|setup)_[0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/

/**
 * Whether the text can be a secret of one of these kinds: its form and checksum. Rubbish never reaches the database,
 * and scanners find a leaked one.
 */
export function looksLikeToken(text: string, kinds: readonly TokenKind[]): boolean {
  const [, body, kind, sum] = shape.exec(text) ?? []
  return body !== undefined && kinds.some((each) => each === kind) && checksum(body) === sum
}

function checksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let index = 0; index < checksumLength; index += 1) {
    digits = `${alphabet[rest % alphabet.length]}${digits}`
    rest = Math.floor(rest / alphabet.length)
  }
  return digits
}
