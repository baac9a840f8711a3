import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateRawSync, deflateSync } from 'node:zlib'
import { type OktaOptions, type OktaReport, runOkta } from '@rollcall/conformance'
import { describe, expect, test } from 'vitest'
import { type ServerReply, startScimServer, token } from '../support/scim-server.ts'

type Run = { readonly report: OktaReport; readonly waits: readonly number[]; readonly requests: number }

/** The test of the credentials against an app that gives these answers one after the other, then honest ones. */
async function runAgainst(answers: readonly ServerReply[], options: Partial<OktaOptions> = {}): Promise<Run> {
  const left = [...answers]
  const server = await startScimServer({ answer: (reply) => left.shift() ?? reply })
  const waits: number[] = []
  try {
    const report = await runOkta({
      baseUrl: server.baseUrl,
      token,
      authorization: 'bearer',
      mode: 'aiw',
      people: [],
      concurrency: 1,
      scenario: 'test-credentials',
      sleep: async (milliseconds) => void waits.push(milliseconds / 1000),
      ...options,
    })
    return { report, waits, requests: server.requests.length }
  } finally {
    await server.close()
  }
}

const tooMany = (retryAfter?: string): ServerReply => ({
  status: 429,
  body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '429', detail: 'Too many requests' },
  ...(retryAfter !== undefined && { headers: { 'Retry-After': retryAfter } }),
})

describe('an app that asks for patience with 429', () => {
  test.for([
    ['waits the whole seconds of Retry-After', '7', 7],
    ['asks again at once for 0', '0', 0],
    ['waits five minutes for a date', 'Wed, 21 Oct 2026 07:28:00 GMT', 300],
    ['waits five minutes for a fraction', '1.5', 300],
    ['waits five minutes without Retry-After', undefined, 300],
  ] as const)('%s', async ([, retryAfter, seconds]) => {
    const { report, waits, requests } = await runAgainst([tooMany(retryAfter)])
    expect(waits).toEqual([seconds])
    expect(requests).toBe(3)
    expect(report).toMatchObject({ ok: true, scenarios: [{ requests: 3, retries: 1, ok: 1, failed: 0 }] })
  })

  test('doubles the wait with each further 429 of the same request', async () => {
    const { waits } = await runAgainst([tooMany('3'), tooMany('3'), tooMany(), tooMany('1')])
    expect(waits).toEqual([3, 6, 1200, 8])
  })

  test('begins anew with the next request', async () => {
    const { waits } = await runAgainst([tooMany('3'), tooMany('3'), { status: 200, body: emptyList }, tooMany('3')])
    expect(waits).toEqual([3, 6, 3])
  })

  test('fails the task at the tenth attempt', async () => {
    const { report, waits, requests } = await runAgainst(Array.from({ length: 10 }, () => tooMany('1')))
    expect(requests).toBe(10)
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256])
    expect(report).toMatchObject({
      ok: false,
      scenarios: [{ requests: 10, retries: 9, failed: 1 }],
      failures: [
        {
          message: 'Error authenticating: Too Many Requests. Errors reported by remote server: Too many requests',
          status: 429,
        },
      ],
    })
  })
})

describe('an app that does not answer in time', () => {
  test('loses the socket, and the task fails', async () => {
    const server = await startScimServer({ answer: () => ({ status: 200, silent: true }) })
    const report = await runOkta({
      baseUrl: server.baseUrl,
      token,
      authorization: 'bearer',
      mode: 'aiw',
      people: [],
      concurrency: 1,
      scenario: 'test-credentials',
      responseLimitMs: 50,
    })
    await server.abandoned
    await server.close()
    expect(report).toMatchObject({
      ok: false,
      failures: [{ message: 'Error authenticating: Read timed out: no whole reply within 0.05 s', status: null }],
    })
  })

  test('may not drip its body either', async () => {
    const dripping = createServer((_, reply) => {
      reply.writeHead(200, { 'Content-Type': 'application/scim+json' })
      reply.write('{"totalResults":')
    })
    dripping.listen(0, '127.0.0.1')
    await once(dripping, 'listening')
    const baseUrl = `http://127.0.0.1:${(dripping.address() as AddressInfo).port}`
    const { report } = await runAgainst([], { baseUrl, responseLimitMs: 50 })
    dripping.closeAllConnections()
    dripping.close()
    expect(report.failures).toMatchObject([{ message: expect.stringContaining('Read timed out') }])
  })
})

describe('an app that is not there', () => {
  test('fails the task with what the network says', async () => {
    const server = await startScimServer()
    await server.close()
    const { report } = await runAgainst([], { baseUrl: server.baseUrl })
    expect(report.failures).toEqual([
      {
        scenario: 'test-credentials',
        person: null,
        message: expect.stringMatching(/^Error authenticating: Connection failed: .*ECONNREFUSED/),
        request: 'GET /Users?startIndex=1&count=2',
        status: null,
      },
    ])
  })

  test.for(['scim.example.com/v2', 'ftp://scim.example.com'])('is refused as %s', async (baseUrl) => {
    await expect(runAgainst([], { baseUrl })).rejects.toThrow(TypeError)
  })
})

describe('an app that answers with Content-Encoding: deflate', () => {
  test.for([
    ['as the RFC has it, with the zlib header', deflateSync],
    ['as some servers have it, without', deflateRawSync],
  ] as const)('is read %s', async ([, compress]) => {
    const server = createServer((_, reply) => {
      reply.writeHead(200, { 'Content-Encoding': 'deflate' })
      reply.end(compress(JSON.stringify(emptyList)))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { report } = await runAgainst([], { baseUrl })
    server.closeAllConnections()
    server.close()
    expect(report).toMatchObject({ ok: true, failures: [] })
  })
})

const emptyList = { totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] }
