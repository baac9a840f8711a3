import { enterpriseUserSchemaId, userSchemaId } from '@rollcall/scim'
import type { ProfileAttribute } from './person.ts'

/** A row of the attribute mapping, as Okta's Profile Editor shows it. */
export type AttributeMapping = {
  readonly profile: ProfileAttribute
  /**
   * Where the value goes: `title`, `name.givenName`, or in Okta's own notation `emails.^[primary==true].value`:
   * the value that the condition selects.
   */
  readonly externalName: string
  readonly externalNamespace: typeof userSchemaId | typeof enterpriseUserSchemaId
  /** The `type` that Okta's mapping expression gives the selected value, where the attribute holds several. */
  readonly type?: 'work' | 'home' | 'mobile'
}

/**
 * Okta's mapping of a person to SCIM attributes. `secondEmail` and `mobilePhone` are the two that an administrator adds
 * to a private app; the others are there from the start.
 */
export const attributeMapping: readonly AttributeMapping[] = [
  core('login', 'userName'),
  core('firstName', 'name.givenName'),
  core('lastName', 'name.familyName'),
  core('middleName', 'name.middleName'),
  core('honorificPrefix', 'name.honorificPrefix'),
  core('honorificSuffix', 'name.honorificSuffix'),
  { ...core('email', 'emails.^[primary==true].value'), type: 'work' },
  { ...core('secondEmail', 'emails.^[primary==false].value'), type: 'home' },
  core('displayName', 'displayName'),
  core('nickName', 'nickName'),
  core('profileUrl', 'profileUrl'),
  core('title', 'title'),
  core('userType', 'userType'),
  core('preferredLanguage', 'preferredLanguage'),
  core('locale', 'locale'),
  core('timezone', 'timezone'),
  { ...core('primaryPhone', 'phoneNumbers.^[primary==true].value'), type: 'work' },
  { ...core('mobilePhone', 'phoneNumbers.^[primary==false].value'), type: 'mobile' },
  { ...core('streetAddress', 'addresses.^[primary==true].streetAddress'), type: 'work' },
  { ...core('city', 'addresses.^[primary==true].locality'), type: 'work' },
  { ...core('state', 'addresses.^[primary==true].region'), type: 'work' },
  { ...core('zipCode', 'addresses.^[primary==true].postalCode'), type: 'work' },
  { ...core('countryCode', 'addresses.^[primary==true].country'), type: 'work' },
  { ...core('postalAddress', 'addresses.^[primary==true].formatted'), type: 'work' },
  enterprise('employeeNumber', 'employeeNumber'),
  enterprise('costCenter', 'costCenter'),
  enterprise('organization', 'organization'),
  enterprise('division', 'division'),
  enterprise('department', 'department'),
  enterprise('managerId', 'manager.value'),
  enterprise('manager', 'manager.displayName'),
]

function core(profile: ProfileAttribute, externalName: string): AttributeMapping {
  return { profile, externalName, externalNamespace: userSchemaId }
}

function enterprise(profile: ProfileAttribute, externalName: string): AttributeMapping {
  return { profile, externalName, externalNamespace: enterpriseUserSchemaId }
}
