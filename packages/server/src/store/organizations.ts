import { type OrganizationId, organizationId } from './scope.ts'
import { type Command, type Statement, ignoreRow, instant, text } from './statement.ts'

export type Plan = 'free' | 'pro' | 'enterprise'

export type Organization = {
  readonly id: OrganizationId
  readonly name: string
  readonly subdomain: string
  readonly plan: Plan
  readonly createdAt: Date
  readonly updatedAt: Date
}

const columns = 'id, name, subdomain, plan, created_at, updated_at'

function readOrganization([id, name, subdomain, plan, createdAt, updatedAt]: readonly (string | null)[]): Organization {
  return {
    id: organizationId(text(id)),
    name: text(name),
    subdomain: text(subdomain),
    plan: text(plan) as Plan, // written by insertOrganization and updatePlan alone, which take a Plan
    createdAt: instant(createdAt),
    updatedAt: instant(updatedAt),
  }
}

/** The subdomain is another organization's. */
export class SubdomainTaken extends Error {
  override readonly name = 'SubdomainTaken'
}

export function insertOrganization(
  organization: Omit<Organization, 'id' | 'updatedAt'> & { readonly id: string },
): Statement<Organization> {
  const { id, name, subdomain, plan, createdAt } = organization
  return {
    text: `insert into organizations (id, name, subdomain, plan, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $5) returning ${columns}`,
    values: [id, name, subdomain, plan, createdAt.toISOString()],
    read: readOrganization,
    conflict: () => new SubdomainTaken(`the subdomain "${subdomain}" is taken`),
  }
}

/** In the order of their making, at most `limit` from the one after `afterId`. */
export function listOrganizations(page: {
  readonly afterId?: string
  readonly limit: number
}): Statement<Organization> {
  return {
    text: `select ${columns} from organizations where $1::uuid is null or id > $1::uuid order by id limit $2`,
    values: [page.afterId ?? null, page.limit],
    read: readOrganization,
  }
}

export function organizationById(id: string): Statement<Organization> {
  return { text: `select ${columns} from organizations where id = $1`, values: [id], read: readOrganization }
}

/**
 * Reads an organization and keeps every other writer of it waiting until the transaction ends, those who add people to
 * it among them.
 */
export function lockOrganization(id: string): Statement<Organization> {
  return { text: `select ${columns} from organizations where id = $1 for update`, values: [id], read: readOrganization }
}

export function updatePlan(id: string, plan: Plan, at: Date): Statement<Organization> {
  return {
    text: `update organizations set plan = $2, updated_at = $3 where id = $1 returning ${columns}`,
    values: [id, plan, at.toISOString()],
    read: readOrganization,
  }
}

/**
 * Everything of an organization that this transaction has locked, its tombstones and audit rows included, children
 * first; nothing of it stays.
 */
export function deleteOrganization(orgId: OrganizationId): readonly Command[] {
  return [
    ...tablesOfAnOrganization.map((table) => ({
      text: `delete from ${table} where org_id = $1`,
      values: [orgId],
      read: ignoreRow,
    })),
    { text: 'delete from organizations where id = $1', values: [orgId], read: ignoreRow },
  ]
}

const tablesOfAnOrganization = [
  'application_keys',
  'service_accounts',
  'setup_links',
  'user_values',
  'users',
  'deleted_users',
  'user_counts',
  'audit_events',
]
