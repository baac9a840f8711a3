import type { ListQuery, Operation, Resource, ResourceType } from '@rollcall/scim'
import type { Caller } from '../access/application-keys.ts'
import type { Stored } from './representation.ts'

/** A request to the resources of one type, after its sender is known. */
export type Call = {
  readonly caller: Caller
  readonly requestId: string
  readonly at: Date
  /** The If-Match header. */
  readonly ifMatch: string | undefined
}

/** What a resource type does behind the six verbs; the routes are the same for all of them. */
export type Endpoint = {
  readonly type: ResourceType
  readonly create: (call: Call, resource: Resource) => Promise<Stored>
  /** @throws ScimError notFound */
  readonly read: (call: Call, id: string) => Promise<Stored>
  readonly list: (
    call: Call,
    query: ListQuery,
  ) => Promise<{ readonly totalResults: number; readonly resources: readonly Stored[] }>
  /** @throws ScimError notFound, 412 */
  readonly replace: (call: Call, id: string, body: unknown) => Promise<Stored>
  /** @throws ScimError notFound, 412 */
  readonly patch: (call: Call, id: string, operations: readonly Operation[]) => Promise<Stored>
  /** @throws ScimError notFound, 412 */
  readonly remove: (call: Call, id: string) => Promise<void>
}
