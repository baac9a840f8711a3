/** Names as the management API of the field knows them. */
export type Permission = 'user_access_invite' | 'user_access_manage'

/** Every SCIM request needs both, reads and discovery included. */
export const scimPermissions: readonly Permission[] = ['user_access_invite', 'user_access_manage']

/** The plans that include SCIM. */
export const scimPlans: readonly string[] = ['pro', 'enterprise']
