export { parseDateTime } from './date-time.ts'
export { resourceTypeDocument, schemaDocument, serviceProviderConfig } from './discovery.ts'
export {
  errorBody,
  errorSchema,
  invalidFilter,
  invalidPath,
  invalidSyntax,
  invalidValue,
  mutability,
  noTarget,
  notFound,
  preconditionFailed,
  ScimError,
  type ScimType,
  uniqueness,
} from './errors.ts'
export {
  type Comparison,
  type ComparisonOperator,
  type Filter,
  formatFilter,
  maxFilterBytes,
  maxFilterDepth,
  maxFilterTerms,
  parseFilter,
} from './filter.ts'
export { sameJson } from './json.ts'
export { attributeKey, compareText, foldCase, isWellFormedText, utf8Length } from './key.ts'
export {
  defaultCount,
  type ListQuery,
  listResponseSchema,
  maxCount,
  parseListQuery,
  parseSelectionQuery,
} from './list.ts'
export { matches, matchesValue } from './match.ts'
export { type AttributePath, findAttribute, findSubAttribute, formatPath, parsePath, readPath } from './path.ts'
export { applyPatch } from './patch/apply.ts'
export type { Operation } from './patch/operation.ts'
export { maxComparisons, maxOperations, parsePatch, patchOpSchema } from './patch/parse.ts'
export { maxPathBytes } from './patch/target.ts'
export { userResourceType } from './registry.ts'
export { readResource, replaceResource } from './resource.ts'
export type { Attribute, AttributeType, Json, Resource, ResourceType, Schema } from './schema.ts'
export { commonAttributes } from './schemas/common.ts'
export { enterpriseUserSchema, enterpriseUserSchemaId } from './schemas/enterprise-user.ts'
export { userSchema, userSchemaId } from './schemas/user.ts'
export { isSelected, parseSelection, project, type Selection, type SelectionQuery } from './selection.ts'
export { usernameKey } from './username.ts'
export { maxValues } from './value.ts'
