/** The attributes of Okta's user profile, as its CSV export names its columns. */
export const profileAttributes = [
  'login',
  'firstName',
  'lastName',
  'middleName',
  'honorificPrefix',
  'honorificSuffix',
  'email',
  'secondEmail',
  'title',
  'displayName',
  'nickName',
  'profileUrl',
  'primaryPhone',
  'mobilePhone',
  'streetAddress',
  'city',
  'state',
  'zipCode',
  'countryCode',
  'postalAddress',
  'preferredLanguage',
  'locale',
  'timezone',
  'userType',
  'employeeNumber',
  'costCenter',
  'organization',
  'division',
  'department',
  'managerId',
  'manager',
] as const

export type ProfileAttribute = (typeof profileAttributes)[number]

/** Somebody in Okta's directory. An attribute without a value is absent, or the empty text once it was cleared. */
export type Person = { readonly login: string } & { readonly [name in ProfileAttribute]?: string }

/** The text by which two logins are the same login: Okta compares user names without case. */
export function foldLogin(login: string): string {
  return login.normalize('NFC').toLowerCase()
}
