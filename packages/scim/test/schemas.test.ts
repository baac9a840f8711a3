import { type Attribute, commonAttributes, enterpriseUserSchema, userResourceType, userSchema } from '@rollcall/scim'
import { describe, expect, test } from 'vitest'

const schemas = [userSchema, enterpriseUserSchema]
const everyAttribute = [...commonAttributes, ...schemas.flatMap(({ attributes }) => attributes)].flatMap((attribute) =>
  [attribute, ...(attribute.subAttributes ?? [])].map((each) => ({ owner: attribute.name, each })),
)

describe('the User schema (RFC 7643 §4.1)', () => {
  test('has every attribute of the RFC but the password', () => {
    expect(userSchema.attributes.map(({ name }) => name).join(' ')).toBe(
      'userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active ' +
        'emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates',
    )
  })

  test('is joined by the enterprise extension, which nobody must use', () => {
    expect(userResourceType.extensions).toEqual([{ schema: enterpriseUserSchema, required: false }])
  })

  test('keeps active when a client leaves it out', () => {
    expect(everyAttribute.filter(({ each }) => each.keptWhenOmitted).map(({ owner }) => owner)).toEqual(['active'])
  })
})

describe('every attribute', () => {
  test.each(everyAttribute)('has a lawful definition: $owner $each.name', ({ each }) => {
    expect(each.name).toMatch(/^[$A-Za-z][\w-]*$/)
    expect(each.description).toMatch(/\.$/)
    expect(each.subAttributes !== undefined).toBe(each.type === 'complex')
    expect(each.referenceTypes !== undefined).toBe(each.type === 'reference')
    if (each.type === 'reference' || each.type === 'binary') expect(each.caseExact).toBe(true)
  })

  test('has no complex sub-attribute (RFC 7643 §2.3.8) and no two of one name', () => {
    for (const { each } of everyAttribute) {
      const subAttributes = each.subAttributes ?? []
      expect(subAttributes.filter(({ type }) => type === 'complex')).toEqual([])
      expect(namesOf(subAttributes).size).toBe(subAttributes.length)
    }
    const core = [...commonAttributes, ...userSchema.attributes]
    expect(namesOf(core).size).toBe(core.length)
  })

  test('below a readOnly attribute is readOnly', () => {
    const readOnly = everyAttribute.filter(({ each }) => each.mutability === 'readOnly')
    for (const { each } of readOnly) {
      expect((each.subAttributes ?? []).filter(({ mutability }) => mutability !== 'readOnly')).toEqual([])
    }
  })
})

const namesOf = (attributes: readonly Attribute[]) => new Set(attributes.map(({ name }) => name.toLowerCase()))
