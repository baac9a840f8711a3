/** A JSON value as the protocol carries it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/**
 * A resource in canonical form: attribute names as the schema spells them, no null, no empty array or object,
 * extension attributes below their URN. Made by `readResource` and `applyPatch`.
 */
export type Resource = { readonly [name: string]: Json }

export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex'

/** An attribute definition with all the characteristics of RFC 7643 §2.2 and §7 said out loud. */
export type Attribute = {
  readonly name: string
  readonly type: AttributeType
  readonly multiValued: boolean
  readonly description: string
  readonly required: boolean
  readonly caseExact: boolean
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
  readonly returned: 'always' | 'never' | 'default' | 'request'
  readonly uniqueness: 'none' | 'server' | 'global'
  readonly canonicalValues?: readonly string[]
  readonly referenceTypes?: readonly string[]
  /** Present exactly when `type` is complex; never complex themselves (RFC 7643 §2.3.8). */
  readonly subAttributes?: readonly Attribute[]
  /** The longest string taken, in UTF-8 bytes. */
  readonly maxBytes: number
  /** A PUT that leaves the attribute out keeps its value, where the RFC would clear it: losing it would lock people out. */
  readonly keptWhenOmitted?: boolean
  /**
   * The text that stands for a string value in comparisons, sorting and uniqueness. Absent: the value itself when
   * `caseExact`, else `foldCase`.
   */
  readonly key?: (value: string) => string
}

export type Schema = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly Attribute[]
}

/** A resource type that an organization offers (RFC 7643 §6). */
export type ResourceType = {
  readonly id: string
  readonly name: string
  /** Path below the base URL, with its slash: `/Users`. */
  readonly endpoint: string
  readonly description: string
  readonly schema: Schema
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[]
}
