import { invalidValue, preconditionFailed } from '@rollcall/scim'

/** The weak validator of a version, as `meta.version` and the ETag header have it (RFC 7644 §3.14). */
export const entityTag = (version: number): string => `W/"${version}"`

/**
 * Refuses a write when If-Match names none of the resource's versions. Compared weakly, as SCIM's validators are.
 *
 * @throws ScimError 412
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || names(ifMatch, version)) return
  throw preconditionFailed(`the resource has changed: its version is ${entityTag(version)} now; read it again`)
}

/** Whether If-None-Match says that the client has this version already. */
export function isUnmodified(ifNoneMatch: string | undefined, version: number): boolean {
  return ifNoneMatch !== undefined && names(ifNoneMatch, version)
}

// An opaque tag may hold commas (RFC 9110 §8.8.3), so the list is not cut at them.
const tag = /(?:W\/)?"([^"]*)"/g
const tags = new RegExp(`^\\s*${tag.source}(?:\\s*,\\s*${tag.source})*\\s*$`)

function names(header: string, version: number): boolean {
  if (header.trim() === '*') return true
  if (!tags.test(header)) throw invalidValue('If-Match and If-None-Match hold entity tags such as W/"3", or *')
  return [...header.matchAll(tag)].some(([, opaque]) => opaque === String(version))
}
