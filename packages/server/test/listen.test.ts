import { expect, test } from 'vitest'
import { listening } from '../src/listen.ts'

test('a port that is held tells clients to come again until it is opened', async () => {
  const { server, url, open } = await listening('127.0.0.1', 0)
  const early = await fetch(url)
  open((_request, response) => response.end('open'))
  const late = await fetch(url)

  expect(early.status).toBe(503)
  expect(early.headers.get('retry-after')).toBe('1')
  expect(await early.json()).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '503' })
  expect(await late.text()).toBe('open')
  server.closeAllConnections()
  server.close()
})

test('a port that is taken is refused', async () => {
  const { server } = await listening('127.0.0.1', 0)
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0

  await expect(listening('127.0.0.1', port)).rejects.toThrow('EADDRINUSE')
  server.close()
})
