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

const tag = /^(?:W\/)?"([^"]*)"$/

function names(header: string, version: number): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some((each) => {
    const [, opaque] = tag.exec(each.trim()) ?? []
    if (opaque === undefined) throw invalidValue('If-Match and If-None-Match hold entity tags such as W/"3", or *')
    return opaque === String(version)
  })
}
