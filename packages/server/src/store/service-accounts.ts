import type { OrganizationId } from './scope.ts'
import { type Command, ignoreRow } from './statement.ts'

export type ServiceAccount = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly active: boolean
  readonly permissions: readonly string[]
  readonly createdAt: Date
}

export function insertServiceAccount(orgId: OrganizationId, account: ServiceAccount): Command {
  const { id, name, email, active, permissions, createdAt } = account
  return {
    text: `insert into service_accounts (org_id, id, name, email, active, permissions, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6::text[], $7, $7)`,
    values: [orgId, id, name, email, active, permissions, createdAt.toISOString()],
    read: ignoreRow,
  }
}

export function setServiceAccountActive(orgId: OrganizationId, id: string, active: boolean, at: Date): Command {
  return {
    text: 'update service_accounts set active = $3, updated_at = $4 where org_id = $1 and id = $2',
    values: [orgId, id, active, at.toISOString()],
    read: ignoreRow,
  }
}
