import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { looksLikeToken, newToken, tokenHash } from '../../src/access/token.ts'

const kinds = ['svc', 'usr', 'op', 'setup'] as const
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('a new token', () => {
  test.each(kinds)('of kind %s has its form, its hash and its end', (kind) => {
    const { secret, hash, last4 } = newToken(kind)

    expect(secret).toMatch(new RegExp(`^rollcall_${kind}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`))
    expect(hash).toBe(createHash('sha256').update(secret).digest('hex'))
    expect(tokenHash(secret)).toBe(hash)
    expect(secret.endsWith(last4)).toBe(true)
    expect(last4).toHaveLength(4)
  })

  test('looks like one of its kind, and of no other', () => {
    for (const kind of kinds) {
      const { secret } = newToken(kind)

      expect(looksLikeToken(secret, [kind])).toBe(true)
      expect(looksLikeToken(secret, kinds)).toBe(true)
      expect(
        looksLikeToken(
          secret,
          kinds.filter((other) => other !== kind),
        ),
      ).toBe(false)
    }
  })

  test('looks like none after one character has changed', () => {
    const { secret } = newToken('svc')
    for (let index = 0; index < secret.length; index += 1) {
      const other = secret[index] === 'x' ? 'y' : 'x'
      expect(looksLikeToken(`${secret.slice(0, index)}${other}${secret.slice(index + 1)}`, kinds)).toBe(false)
    }
  })

  test('looks like none when it is longer, shorter or framed', () => {
    const { secret } = newToken('svc')
    for (const text of [
      '',
      secret.slice(1),
      secret.slice(0, -1),
      `${secret}0`,
      ` ${secret}`,
      `${secret}\n`,
      secret.toUpperCase(),
    ]) {
      expect(looksLikeToken(text, kinds)).toBe(false)
    }
  })

  test('has every character at random: all as often, and none twice the same', () => {
    const secrets = Array.from({ length: 5000 }, () => newToken('svc').secret)
    const counts = new Map(Array.from(alphabet, (character) => [character, 0]))
    const drawn = secrets.flatMap((secret) => Array.from(secret.slice('rollcall_svc_'.length, -7)))
    for (const character of drawn) counts.set(character, (counts.get(character) ?? 0) + 1)

    // 61 degrees of freedom: beyond 150 once in 10^8 runs; `byte % 62` gives about 1,700.
    const expected = drawn.length / alphabet.length
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(counts.size).toBe(alphabet.length)
    expect(chiSquare).toBeLessThan(150)
    expect(new Set(secrets).size).toBe(secrets.length)
  })
})
