import { type TokenKind, looksLikeToken } from './token.ts'
import { Unauthenticated } from './errors.ts'

/**
 * The secret of an Authorization header: `Bearer <secret>` (RFC 6750 §2.1, scheme in any case), or the bare secret,
 * which Okta's "Header" mode sends.
 *
 * @throws Unauthenticated
 */
export function bearerToken(authorization: string | undefined, kinds: readonly TokenKind[]): string {
  if (authorization === undefined) throw new Unauthenticated('the request has no Authorization header')
  const secret = /^(?:bearer +)?(\S+)$/i.exec(authorization)?.[1]
  if (secret === undefined || !looksLikeToken(secret, kinds)) {
    throw new Unauthenticated('the Authorization header does not hold a key of this server')
  }
  return secret
}
