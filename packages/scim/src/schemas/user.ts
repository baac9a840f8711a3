import type { Schema } from '../schema.ts'
import { userNameKey } from '../username.ts'
import { binary, boolean, complex, plural, primary, reference, string, valueType } from './define.ts'

export const userSchemaId = 'urn:ietf:params:scim:schemas:core:2.0:User'

/**
 * The User of RFC 7643 §4.1, but for `password`: people sign in at their identity provider, and no credential passes
 * through here.
 */
export const userSchema: Schema = {
  id: userSchemaId,
  name: 'User',
  description: 'User Account',
  attributes: [
    // Both the name and its key stand in a unique B-tree index, which takes entries of up to 2,704 bytes.
    string('userName', 'The name that the person signs in with, unique within the organization.', {
      required: true,
      uniqueness: 'server',
      maxBytes: 512,
      key: userNameKey,
    }),
    complex('name', 'The parts of the name of the person.', [
      string('formatted', 'The whole name as it is to be shown.'),
      string('familyName', 'The family name.'),
      string('givenName', 'The given name.'),
      string('middleName', 'The middle names.'),
      string('honorificPrefix', 'The titles before the name.'),
      string('honorificSuffix', 'The suffixes after the name.'),
    ]),
    string('displayName', 'The name of the person as it is to be shown.'),
    string('nickName', 'The casual way to address the person.'),
    reference('profileUrl', 'The URL of a page about the person.', ['external']),
    string('title', 'The job title, such as "Vice President".'),
    string('userType', 'The relation to the organization, such as "Contractor" or "Employee".'),
    string('preferredLanguage', 'The languages that the person prefers, as in Accept-Language.'),
    string('locale', 'The locale for currency, dates and numbers, such as "en-US".'),
    string('timezone', 'The time zone, such as "America/Los_Angeles".'),
    boolean('active', 'Whether the person may use the system.', { keptWhenOmitted: true }),
    plural('emails', 'The mail addresses.', string('value', 'The mail address.', { maxBytes: 1024 }), workHomeOther()),
    plural('phoneNumbers', 'The telephone numbers.', string('value', 'The telephone number.'), {
      canonicalValues: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
    }),
    plural('ims', 'The instant messaging addresses.', string('value', 'The instant messaging address.'), {
      canonicalValues: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
    }),
    plural('photos', 'The URLs of photos.', reference('value', 'The URL of the photo.', ['external']), {
      canonicalValues: ['photo', 'thumbnail'],
    }),
    complex(
      'addresses',
      'The postal addresses.',
      [
        string('formatted', 'The whole address as it is to be shown; may have line breaks.'),
        string('streetAddress', 'The street, house number and the like.'),
        string('locality', 'The city or locality.'),
        string('region', 'The state or region.'),
        string('postalCode', 'The postal code.'),
        string('country', 'The country as a two-letter code of ISO 3166-1.'),
        valueType(workHomeOther()),
        primary,
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'The groups that the person belongs to; changed through the groups alone.',
      [
        string('value', 'The id of the group.', { caseExact: true, mutability: 'readOnly' }),
        reference('$ref', 'The URI of the group.', ['Group'], { mutability: 'readOnly' }),
        string('display', 'The name of the group.', { mutability: 'readOnly' }),
        valueType({ canonicalValues: ['direct', 'indirect'], mutability: 'readOnly' }),
      ],
      { multiValued: true, mutability: 'readOnly' },
    ),
    plural('entitlements', 'What the person is entitled to.', string('value', 'The entitlement.')),
    plural('roles', 'The roles of the person.', string('value', 'The role.')),
    // A chain of large keys encodes to more than the 8 KiB of other values.
    plural('x509Certificates', 'The certificates.', binary('value', 'A DER certificate.', { maxBytes: 65_536 })),
  ],
}

function workHomeOther() {
  return { canonicalValues: ['work', 'home', 'other'] } as const
}
