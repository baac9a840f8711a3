import { invalidPath } from '../errors.ts'
import { type Filter, parseFilter } from '../filter.ts'
import { utf8Length } from '../key.ts'
import { type AttributePath, parsePath, quote } from '../path.ts'
import type { ResourceType } from '../schema.ts'

/** What an operation is about: an attribute, a sub-attribute, or those of the values that a filter selects. */
export type Target = {
  readonly path: AttributePath
  /** Present only on a multi-valued attribute; its paths are relative to one value. */
  readonly filter: Filter | undefined
}

/** The longest path taken, in UTF-8 bytes: Okta and Entra ID send up to 120, most of it a URN. */
export const maxPathBytes = 1024

/**
 * Reads `attr`, `attr.sub`, `attr[filter]` or `attr[filter].sub`, with or without a URN (RFC 7644 §3.5.2, Figure 1).
 *
 * @throws ScimError invalidPath, or invalidFilter for what stands between the brackets
 */
export function parseTarget(type: ResourceType, text: string): Target {
  if (utf8Length(text) > maxPathBytes) throw invalidPath(`a path has ${maxPathBytes} bytes at most`)
  const open = text.indexOf('[')
  if (open === -1) return { path: parsePath(type, text), filter: undefined }

  const close = text.lastIndexOf(']')
  const path = parsePath(type, text.slice(0, open) + text.slice(Math.max(open, close + 1)))
  if (!path.attribute.multiValued) throw invalidPath(`${path.attribute.name} has one value: nothing to select from`)
  const selector = parseFilter(type, text.slice(0, close + 1))
  if (selector.kind !== 'valuePath') throw invalidPath(`${quote(text)} is not one attribute`)
  return { path, filter: selector.filter }
}

export function isReadOnly({ path: { attribute, subAttribute } }: Target): boolean {
  return attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly'
}

/** What error messages call the target. */
export function nameOf({ attribute, subAttribute }: AttributePath): string {
  return subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`
}
