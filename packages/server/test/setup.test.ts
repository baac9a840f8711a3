import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { newToken } from '../src/access/token.ts'
import { type RawReply, exchange } from './support/http.ts'
import { execute } from './support/rows.ts'
import { type TestServer, startTestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** The path of the set-up link of a new organization, and the organization's id. */
async function link(name: string, subdomain: string) {
  const reply = await server.operator('POST', '/organizations', { name, subdomain })
  const body = z.looseObject({ setupUrl: z.url(), organization: z.looseObject({ id: z.string() }) }).parse(reply.body)
  return { path: new URL(body.setupUrl).pathname, orgId: body.organization.id }
}

const open = (path: string): Promise<RawReply> => exchange(server.url, { path })

function expectGone(reply: RawReply): void {
  expect(reply.status).toBe(404)
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(reply.text).toContain('<h1>This link is not valid</h1>')
}

describe('the page of a set-up link', () => {
  test('names the organization, as often as it is opened, and is kept by nobody', async () => {
    const { path } = await link('Acme', 'acme')
    for (const reply of [await open(path), await open(path)]) {
      expect(reply.status).toBe(200)
      expect(reply.text).toContain('<h1>Set up Acme</h1>')
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      })
    }
  })

  test('is there for the first organization', async () => {
    expect((await open(new URL(server.first.setupUrl).pathname)).text).toContain('<h1>Set up My organization</h1>')
  })

  test('shows a name of markup as text', async () => {
    const { path } = await link(`<script>alert("1")</script> & 'Söhne' <b`, 'markup')
    const { text } = await open(path)

    expect(text).toContain(
      '<h1>Set up &#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39;Söhne&#39; &#60;b</h1>',
    )
    expect(text).not.toContain('<script')
  })

  test.each(['x', 'rollcall_setup_x', '%00', '%3Cscript%3E', 'x'.repeat(10_000)])(
    'is gone for %s, which is not echoed',
    async (secret) => {
      const reply = await open(`/setup/${secret}`)

      expectGone(reply)
      expect(reply.text).toBe((await open('/setup/y')).text)
    },
  )

  test('is gone for a secret that nobody was given, and one of another kind', async () => {
    for (const secret of [newToken('setup').secret, server.operatorToken, server.first.key])
      expectGone(await open(`/setup/${secret}`))
  })

  test('is gone once the link has expired', async () => {
    const { path, orgId } = await link('Late', 'late')
    await execute(server.store, `update setup_links set expires_at = now() - interval '1 second' where org_id = $1`, [
      orgId,
    ])

    expectGone(await open(path))
  })

  test('is gone with the organization', async () => {
    const { path, orgId } = await link('Gone', 'gone')
    await server.operator('DELETE', `/organizations/${orgId}`)

    expectGone(await open(path))
  })
})
