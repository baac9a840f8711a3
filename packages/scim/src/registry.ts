import type { ResourceType } from './schema.ts'
import { enterpriseUserSchema } from './schemas/enterprise-user.ts'
import { userSchema } from './schemas/user.ts'

export const userResourceType: ResourceType = {
  id: 'User',
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userSchema,
  extensions: [{ schema: enterpriseUserSchema, required: false }],
}
