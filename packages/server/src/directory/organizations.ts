import { v7 as uuidv7 } from 'uuid'
import { scimPermissions } from '../access/permissions.ts'
import { newToken } from '../access/token.ts'
import type { Database } from '../store/database.ts'
import { insertKey } from '../store/keys.ts'
import { StartedBefore, claimFirstStart, insertOperatorToken, insertSetupLink } from '../store/operators.ts'
import {
  type Organization,
  type Plan,
  deleteOrganization,
  insertOrganization,
  listOrganizations,
  lockOrganization,
  updatePlan,
} from '../store/organizations.ts'
import { organizationId } from '../store/scope.ts'
import { insertServiceAccount } from '../store/service-accounts.ts'
import type { Command, Statement } from '../store/statement.ts'
import { type Occasion, audited } from './audited.ts'

export type NewOrganization = { readonly name: string; readonly subdomain: string; readonly plan: Plan }

/** An organization that was just made, with the secrets that are shown this once. */
export type OrganizationWithSecrets = {
  readonly organization: Organization
  /** Of the service account "Okta", with all that SCIM needs. */
  readonly applicationKey: string
  /** Opens the console to the first admin, once. */
  readonly setupSecret: string
}

/** @throws SubdomainTaken */
export async function createOrganization(
  database: Database,
  change: Occasion,
  wanted: NewOrganization,
): Promise<OrganizationWithSecrets> {
  const made = newOrganization(change, wanted)
  const [[organization]] = await database.asOwner([made.insert, ...made.commands])
  return withSecrets(organization, made)
}

/** What the first start of all prints. */
export type FirstStart = OrganizationWithSecrets & { readonly operatorToken: string }

const firstOrganization: NewOrganization = { name: 'My organization', subdomain: 'main', plan: 'enterprise' }

/**
 * Makes the first organization and the operator's token, on a database that never had one.
 *
 * @returns undefined when this database has been started before
 */
export async function firstStart(database: Database, at: Date): Promise<FirstStart | undefined> {
  const made = newOrganization(
    { actor: { type: 'system', id: 'first-start' }, requestId: 'first-start', at },
    firstOrganization,
  )
  const operator = newToken('op')
  const wanted = [claimFirstStart(at), made.insert, ...made.commands, insertOperatorToken(operator, at)] as const
  try {
    const [, [organization]] = await database.asOwner(wanted)
    return { ...withSecrets(organization, made), operatorToken: operator.secret }
  } catch (error) {
    if (error instanceof StartedBefore) return undefined
    throw error
  }
}

/** The first organization, or the oldest that is left. */
export async function oldestOrganization(database: Database): Promise<Organization | undefined> {
  const [[oldest]] = await database.asOwner([listOrganizations({ limit: 1 })])
  return oldest
}

/** @returns undefined when there is no such organization */
export async function changePlan(
  database: Database,
  change: Occasion,
  id: string,
  plan: Plan,
): Promise<Organization | undefined> {
  return await database.asOwnerInTransaction(async (tx) => {
    const [before] = await tx.run(lockOrganization(id))
    if (!before) return undefined
    tx.queue(
      audited(before.id, change, {
        action: 'organization.plan_changed',
        targetType: 'organization',
        targetId: before.id,
        changes: JSON.stringify({ plan: [before.plan, plan] }),
      }),
    )
    const [after] = await tx.run(updatePlan(before.id, plan, change.at))
    return after
  })
}

/**
 * Deletes an organization with its people, keys and history: nothing of it stays.
 *
 * @returns false when there is no such organization
 */
export async function removeOrganization(database: Database, id: string): Promise<boolean> {
  return await database.asOwnerInTransaction(async (tx) => {
    const [organization] = await tx.run(lockOrganization(id))
    if (!organization) return false
    for (const command of deleteOrganization(organization.id)) tx.queue(command)
    return true
  })
}

type Made = {
  readonly insert: Statement<Organization>
  readonly commands: readonly Command[]
  readonly applicationKey: string
  readonly setupSecret: string
}

// As long as an admin may be on holiday, as short as a lost mail should open a door.
const setupLinkDays = 7

function newOrganization(change: Occasion, wanted: NewOrganization): Made {
  const { at } = change
  const id = uuidv7()
  const orgId = organizationId(id)
  const accountId = uuidv7()
  const key = newToken('svc')
  const setup = newToken('setup')
  return {
    insert: insertOrganization({ ...wanted, id, createdAt: at }),
    commands: [
      insertServiceAccount(orgId, {
        id: accountId,
        name: 'Okta',
        email: '',
        active: true,
        permissions: scimPermissions,
        createdAt: at,
      }),
      insertKey(orgId, {
        id: uuidv7(),
        hash: key.hash,
        last4: key.last4,
        name: 'Okta',
        owner: { type: 'service_account', id: accountId },
        createdAt: at,
      }),
      insertSetupLink(orgId, setup, at, new Date(at.getTime() + setupLinkDays * 24 * 60 * 60 * 1000)),
      audited(orgId, change, { action: 'organization.created', targetType: 'organization', targetId: orgId }),
    ],
    applicationKey: key.secret,
    setupSecret: setup.secret,
  }
}

function withSecrets(organization: Organization | undefined, made: Made): OrganizationWithSecrets {
  if (!organization) throw new Error('an inserted organization was not returned')
  return { organization, applicationKey: made.applicationKey, setupSecret: made.setupSecret }
}
