import type { Schema } from '../schema.ts'
import { complex, reference, string } from './define.ts'

export const enterpriseUserSchemaId = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/**
 * The extension of RFC 7643 §4.3. `manager.displayName` is readWrite, where the RFC has readOnly: a manager may be
 * someone who was never provisioned, nobody else would fill the name in, and Okta and Entra ID write it.
 */
export const enterpriseUserSchema: Schema = {
  id: enterpriseUserSchemaId,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    string('employeeNumber', 'The number or code that the organization gave the person.'),
    string('costCenter', 'The name of a cost center.'),
    string('organization', 'The name of an organization.'),
    string('division', 'The name of a division.'),
    string('department', 'The name of a department.'),
    complex('manager', 'The manager of the person.', [
      string('value', 'The id of the User who is the manager.', { caseExact: true }),
      reference('$ref', 'The URI of the User who is the manager.', ['User']),
      string('displayName', 'The name of the manager as it is to be shown.'),
    ]),
  ],
}
