import type { Attribute } from '../schema.ts'

type Characteristics = Partial<Omit<Attribute, 'name' | 'type' | 'description' | 'subAttributes'>>

/** Fits a long address or the URL of a photo several times over, and keeps a thousand values within a request. */
const defaultMaxBytes = 8192

/** The defaults of RFC 7643 §2.2: single-valued, optional, readWrite, returned by default, compared without case. */
const defaults = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  maxBytes: defaultMaxBytes,
} as const satisfies Characteristics

export function string(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { name, type: 'string', description, ...defaults, ...characteristics }
}

export function boolean(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { name, type: 'boolean', description, ...defaults, ...characteristics }
}

export function dateTime(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { name, type: 'dateTime', description, ...defaults, ...characteristics }
}

/** References and binary values are compared with case, whatever the attribute (RFC 7643 §2.3.6 and §2.3.7). */
export function reference(
  name: string,
  description: string,
  referenceTypes: readonly string[],
  characteristics: Characteristics = {},
): Attribute {
  return { name, type: 'reference', description, ...defaults, caseExact: true, referenceTypes, ...characteristics }
}

export function binary(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { name, type: 'binary', description, ...defaults, caseExact: true, ...characteristics }
}

export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { name, type: 'complex', description, ...defaults, subAttributes, ...characteristics }
}

/** A multi-valued attribute whose values have the default sub-attributes of RFC 7643 §2.4 after their `value`. */
export function plural(
  name: string,
  description: string,
  value: Attribute,
  typeCharacteristics: Characteristics = {},
): Attribute {
  return complex(name, description, [value, display, valueType(typeCharacteristics), primary], { multiValued: true })
}

export const valueType = (characteristics: Characteristics = {}) =>
  string('type', 'A label that tells the function of the value.', characteristics)

export const primary = boolean('primary', 'Whether this is the preferred value; true for one value at most.')

const display = string('display', 'A name of the value to show to people.')
