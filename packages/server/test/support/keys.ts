import { v7 as uuidv7 } from 'uuid'
import { scimPermissions } from '../../src/access/permissions.ts'
import { newToken } from '../../src/access/token.ts'
import { insertKey } from '../../src/store/keys.ts'
import { organizationId } from '../../src/store/scope.ts'
import { insertServiceAccount } from '../../src/store/service-accounts.ts'
import { execute } from './rows.ts'
import { type TestOrganization, type TestServer, organizationOf } from './server.ts'

/** A key, its owner, and the organization as the holder of the key sees it. */
export type TestKey = TestOrganization & { readonly keyId: string; readonly ownerId: string }

export type KeyWishes = {
  /** What the key is cut down to; undefined: to nothing. */
  readonly scopes?: readonly string[]
  /** What its owner may do; all that SCIM needs when left out. */
  readonly permissions?: readonly string[]
  readonly expiresAt?: Date
}

/** Makes a service account with a key. */
export async function serviceKey(server: TestServer, orgId: string, wishes: KeyWishes = {}): Promise<TestKey> {
  const ownerId = uuidv7()
  const account = { id: ownerId, name: 'test', email: '', active: true, createdAt: new Date() }
  const permissions = wishes.permissions ?? scimPermissions
  await server.store.asOwner([insertServiceAccount(organizationId(orgId), { ...account, permissions })])
  return await keyOf(server, orgId, { type: 'service_account', id: ownerId }, wishes)
}

/** Gives a person the permissions and a key of their own. */
export async function personalKey(
  server: TestServer,
  orgId: string,
  userId: string,
  wishes: KeyWishes = {},
): Promise<TestKey> {
  await execute(server.store, 'update users set permissions = $3::text[] where org_id = $1 and id = $2', [
    orgId,
    userId,
    wishes.permissions ?? scimPermissions,
  ])
  return await keyOf(server, orgId, { type: 'user', id: userId }, wishes)
}

async function keyOf(
  server: TestServer,
  orgId: string,
  owner: { readonly type: 'user' | 'service_account'; readonly id: string },
  { scopes, expiresAt }: KeyWishes,
): Promise<TestKey> {
  const { secret, hash, last4 } = newToken(owner.type === 'user' ? 'usr' : 'svc')
  const keyId = uuidv7()
  const optional = { ...(scopes !== undefined && { scopes }), ...(expiresAt !== undefined && { expiresAt }) }
  await server.store.asOwner([
    insertKey(organizationId(orgId), {
      id: keyId,
      hash,
      last4,
      name: 'test',
      owner,
      createdAt: new Date(),
      ...optional,
    }),
  ])
  return { ...organizationOf(server.scimBaseUrl, orgId, secret), keyId, ownerId: owner.id }
}
