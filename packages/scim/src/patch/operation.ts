import type { Filter } from '../filter.ts'
import type { JsonObject } from '../json.ts'
import type { AttributePath } from '../path.ts'
import type { Json } from '../schema.ts'

/**
 * One change to one attribute: what an operation of a PATCH means once the schema has been asked. Values are in
 * canonical form, and nothing here aims at a readOnly attribute.
 *
 * Where `filter` is undefined every value of the attribute is meant.
 */
export type Operation = SetOperation | ValuesOperation

/** Sets an attribute that takes one value, or one of its sub-attributes; undefined clears it. */
export type SetOperation = { readonly kind: 'set'; readonly path: AttributePath; readonly value: Json | undefined }

/** Changes the values of a multi-valued attribute; `path.subAttribute` names what is cleared, and else plays no part. */
export type ValuesOperation = { readonly path: AttributePath } & (
  | { readonly kind: 'setValues' | 'addValues' | 'removeValues'; readonly values: readonly Json[] }
  | { readonly kind: 'replaceMatching'; readonly filter: Filter | undefined; readonly value: JsonObject }
  | { readonly kind: 'removeMatching'; readonly filter: Filter | undefined }
  | { readonly kind: 'clearMatching'; readonly filter: Filter | undefined }
  | MergeMatching
)

/** Sets some sub-attributes of the values that match. */
export type MergeMatching = {
  readonly kind: 'mergeMatching'
  readonly filter: Filter | undefined
  readonly value: JsonObject
  /** What a value begins as when none matches; undefined when that is a failure. */
  readonly seed: JsonObject | undefined
}
