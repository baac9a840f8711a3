import { readFileSync } from 'node:fs'
import { type AttributeMapping, attributeMapping, type OktaReport, type Person, runOkta } from '@rollcall/conformance'
import { describe, expect, test } from 'vitest'
import { type Body, startScimServer, token } from '../support/scim-server.ts'

/** Somebody with a value for each attribute: its name, or an address where it is to be one. */
const everything: Person = {
  login: 'Anna@Example.com',
  ...Object.fromEntries(attributeMapping.map(({ profile }) => [profile, `the ${profile}`])),
}

const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager'

describe.for(['aiw', 'oin'] as const)('the attribute mapping in mode %s', (mode) => {
  test.for(attributeMapping.map((row) => [row.profile, row] as const))(
    'is missed when the app drops %s',
    async ([, row]) => {
      const { differences } = await liveIn(mode, row)
      const expected = attributeOf(row) === `${manager}.displayName` ? [] : [attributeOf(row)]
      expect(differences.map(({ attribute }) => attribute)).toEqual(expected)
      expect(differences.map(({ expected: sent, actual }) => ({ sent, actual }))).toEqual(
        expected.map(() => ({ sent: everything[row.profile], actual: null })),
      )
    },
  )
})

test('docs/okta.md shows the attribute mapping as it is', () => {
  const docs = readFileSync(new URL('../../../../docs/okta.md', import.meta.url), 'utf8')
  const rows = docs.split('\n').filter((line) => /^\| `\w+` \| `.*` \| (core|enterprise) \|/.test(line))
  expect(rows).toEqual(
    attributeMapping.map(({ profile, externalName, externalNamespace, type }) => {
      const extension = externalNamespace.includes('enterprise') ? 'enterprise' : 'core'
      return `| \`${profile}\` | \`${externalName}\` | ${extension} | ${type === undefined ? '' : `\`${type}\``} |`
    }),
  )
})

/** Assigns one person and reads it back, in an app that does not keep one attribute. */
async function liveIn(mode: 'aiw' | 'oin', row: AttributeMapping): Promise<OktaReport> {
  const server = await startScimServer({ keep: (user) => ({ ...drop(user, row), id: user.id }) })
  try {
    return await runOkta({
      baseUrl: server.baseUrl,
      token,
      authorization: 'bearer',
      mode,
      people: [everything],
      concurrency: 1,
      scenario: ['assign', 'verify'],
    })
  } finally {
    await server.close()
  }
}

function drop(user: Body, { externalName, externalNamespace }: AttributeMapping): Body {
  const isExtension = externalNamespace in user && externalNamespace.includes('enterprise')
  if (isExtension) return { ...user, [externalNamespace]: without(user[externalNamespace] as Body, externalName) }
  return without(user, externalName)
}

function without(holder: Body, externalName: string): Body {
  const [name = '', ...rest] = externalName
    .replace(/\.\^\[primary==/, '.')
    .replace(']', '')
    .split('.')
  const [step, sub] = rest
  const { [name]: held, ...others } = holder
  if (held === undefined || step === undefined) return others
  if (sub === undefined) return { ...holder, [name]: without(held as Body, step) }
  const list = held as readonly Body[]
  return { ...holder, [name]: list.map((one) => (JSON.stringify(one['primary']) === step ? without(one, sub) : one)) }
}

/** How a difference calls the attribute. */
function attributeOf({ externalName, externalNamespace, type }: AttributeMapping): string {
  const path = externalName.replace(/\.\^\[.*\]/, `[${type}]`)
  return externalNamespace.includes('enterprise') ? `${externalNamespace}:${path}` : path
}
