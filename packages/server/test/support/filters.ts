import {
  type Attribute,
  type AttributePath,
  type ComparisonOperator,
  type Filter,
  type Resource,
  formatFilter,
  parseFilter,
  readPath,
} from '@rollcall/scim'
import fc from 'fast-check'
import { allPaths, dateTime, decimal, integer, text, typeOfAllTypes } from './people.ts'

export const operatorsOf: Readonly<Record<Attribute['type'], readonly ComparisonOperator[]>> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
  reference: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
  boolean: ['eq', 'ne'],
  binary: ['eq', 'ne'],
  integer: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  decimal: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  dateTime: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  complex: [],
}

/** Values to compare with: those that somebody has, their edges, and others. */
export function literalFor(
  resources: readonly Resource[],
  path: AttributePath,
): fc.Arbitrary<string | number | boolean> {
  const values = resources.flatMap((resource) => readPath(resource, path))
  switch ((path.subAttribute ?? path.attribute).type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return oneOf(values.filter(isNumber), integer)
    case 'decimal':
      return oneOf(values.filter(isNumber), decimal)
    case 'dateTime':
      return oneOf(values.filter(isText), dateTime)
    case 'binary':
      return oneOf(values.filter(isText), fc.constant('AA=='))
    case 'string':
    case 'reference':
      return fc.tuple(oneOf(values.filter(isText), text), change).map(([value, changed]) => changed(value))
    case 'complex':
      throw new Error('complex attributes are not compared')
  }
}

const oneOf = <Value>(own: readonly Value[], other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  own.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...own) }, other) : other

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'

const change = fc.constantFrom<((value: string) => string)[]>(
  (value) => value,
  (value) => value.toUpperCase(),
  (value) => value.toLowerCase(),
  (value) => value.normalize('NFD'),
  (value) => `${value}a`,
  (value) => Array.from(value).slice(0, 2).join(''),
  (value) => Array.from(value).slice(-1).join(''),
  () => '',
)

const relative = (attribute: Attribute): AttributePath => ({ extension: undefined, attribute, subAttribute: undefined })

/** A condition on one attribute; `found` is where its values are looked for, `path` how the filter names it. */
function comparisonOf(resources: readonly Resource[], path: AttributePath, found: AttributePath): fc.Arbitrary<Filter> {
  const target = path.subAttribute ?? path.attribute
  const presence = fc.constant<Filter>({ kind: 'present', path })
  if (target.type === 'complex') return presence
  const unassigned = fc
    .constantFrom('eq' as const, 'ne' as const)
    .map((operator): Filter => ({ kind: 'compare', path, operator, value: null }))
  const comparison = fc
    .tuple(fc.constantFrom(...operatorsOf[target.type]), literalFor(resources, found))
    .map(([operator, value]): Filter => ({ kind: 'compare', path, operator, value }))
  return fc.oneof({ weight: 6, arbitrary: comparison }, presence, unassigned)
}

/** A tree of conditions; what is `and`ed or `or`ed is never of the same kind, so that it reads back as it is. */
function treeOf(condition: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const joined = (kind: 'and' | 'or', tie: fc.Arbitrary<Filter>) =>
    fc.array(tie, { minLength: 2, maxLength: 3 }).map((operands): Filter => ({ kind, operands }))
  return fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      condition,
      joined('and', tie('tree')),
      joined('or', tie('tree')),
      tie('tree').map((operand): Filter => ({ kind: 'not', operand })),
    ),
  })).tree
}

const complexPaths = allPaths.filter(({ attribute, subAttribute }) => attribute.subAttributes && !subAttribute)

/** Filters of every kind, as the parser gives them, about what the resources hold. */
export function anyFilter(resources: readonly Resource[]): fc.Arbitrary<Filter> {
  const simple = fc.constantFrom(...allPaths).chain((path) => comparisonOf(resources, path, path))
  const valuePath = fc.constantFrom(...complexPaths).chain((path) => {
    const inside = fc
      .constantFrom(...(path.attribute.subAttributes ?? []))
      .chain((attribute) => comparisonOf(resources, relative(attribute), { ...path, subAttribute: attribute }))
    return treeOf(inside).map((filter): Filter => ({ kind: 'valuePath', path, filter }))
  })
  return treeOf(fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: valuePath })).map((tree) =>
    parseFilter(typeOfAllTypes, formatFilter(tree)),
  )
}
