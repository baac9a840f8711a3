import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rollcall, type RunningServer, scratchDirectory, startServer } from './support/rollcall.ts'

const people = new URL('../../../examples/people.csv', import.meta.url).pathname

describe('a first start on an empty directory', () => {
  let directory: Awaited<ReturnType<typeof scratchDirectory>>
  let server: RunningServer
  beforeAll(async () => {
    directory = await scratchDirectory()
    server = await startServer(['--data', join(directory.path, 'data')])
  })
  afterAll(async () => {
    if (server.process.exitCode === null) await server.stop()
    await directory.remove()
  })

  test('prints one JSON line that tells all a program needs', () => {
    const { ready } = server
    expect(ready).toEqual({
      event: 'ready',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      scimBaseUrl: `${ready.url}/api/v2/scim`,
      organization: { id: expect.any(String), name: 'My organization', subdomain: 'main' },
      setupUrl: expect.stringMatching(/\/setup\/rollcall_setup_\w+$/),
      applicationKey: expect.stringMatching(/^rollcall_svc_\w+$/),
      operatorToken: expect.stringMatching(/^rollcall_op_\w+$/),
    })
    expect(server.output.stdout.trimEnd().split('\n')).toHaveLength(1)
  })

  test('answers the set-up link with a plain page', async () => {
    const response = await fetch(server.ready.setupUrl ?? '')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Set up My organization')
  })

  test.each(['aiw', 'oin'])('is provisioned by Okta (%s) with everybody as Okta has them', async (mode) => {
    const made = await newOrganization(server, mode)
    const run = await rollcall(['okta', '--people', people, '--mode', mode, '--json'], {
      ROLLCALL_URL: server.ready.url,
      ROLLCALL_KEY: made.applicationKey,
    })

    expect(run.stderr).toBe('')
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: true, people: 1000, failures: [], differences: [] })
    expect(run.code).toBe(0)
  })

  test('shows a person a table at the end', async () => {
    const run = await rollcall(['okta', '--count', '3'], {
      ROLLCALL_URL: server.ready.url,
      ROLLCALL_KEY: server.ready.applicationKey ?? '',
    })
    expect(run.stdout).toContain('test-credentials')
    expect(run.stdout).toContain('All 3 people are at')
    expect(run.code).toBe(0)
  })

  test('exits with 1 when the key is refused', async () => {
    const run = await rollcall(['okta', '--count', '3'], { ROLLCALL_URL: server.ready.url, ROLLCALL_KEY: 'wrong' })
    expect(run.stdout).toContain('failed')
    expect(run.code).toBe(1)
  })

  test('keeps its directory to itself', async () => {
    const data = join(directory.path, 'data')
    const second = await rollcall(['start', '--port', '0', '--data', data])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('rollcall: the server did not start')
    expect(second.stderr).toContain(data)
  })

  test('keeps its port to itself', async () => {
    const { port } = new URL(server.ready.url)
    const second = await rollcall(['start', '--port', port, '--data', join(directory.path, 'other')])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('EADDRINUSE')
    expect(second.stderr).not.toContain('    at ')
  })

  test('keeps people and prints no secret when it is started again', async () => {
    expect(await server.stop()).toBe(0)
    const secret = server.ready.applicationKey ?? ''
    expect(server.output.stderr).not.toContain(secret)

    const again = await startServer(['--data', join(directory.path, 'data')])
    expect(again.ready).toEqual({
      event: 'ready',
      url: again.ready.url,
      scimBaseUrl: `${again.ready.url}/api/v2/scim`,
      organization: server.ready.organization,
    })
    const response = await fetch(`${again.ready.scimBaseUrl}/Users?count=0`, { headers: { authorization: secret } })
    expect(await response.json()).toMatchObject({ totalResults: 3 })
    expect(await again.stop()).toBe(0)
  })
})

type Made = { readonly organization: { readonly plan: string }; readonly applicationKey: string }

async function newOrganization(server: RunningServer, subdomain: string): Promise<Made> {
  const run = await rollcall(
    ['org', 'create', `Org ${subdomain}`, '--subdomain', subdomain, '--plan', 'pro', '--json'],
    {
      ROLLCALL_URL: server.ready.url,
      ROLLCALL_OPERATOR_TOKEN: server.ready.operatorToken ?? '',
    },
  )
  expect(run.stderr).toBe('')
  const made = JSON.parse(run.stdout) as Made
  expect(made).toEqual({
    organization: expect.objectContaining({ name: `Org ${subdomain}`, subdomain, plan: 'pro' }),
    scimBaseUrl: server.ready.scimBaseUrl,
    applicationKey: expect.stringMatching(/^rollcall_svc_/),
    setupUrl: expect.stringContaining('/setup/'),
  })
  return made
}

describe('start', () => {
  test('says so when PostgreSQL cannot be reached', async () => {
    const run = await rollcall(['start', '--port', '0', '--database-url', 'postgres://someone:secret@127.0.0.1:1/none'])
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('the database cannot be reached')
    expect(run.stderr).not.toContain('secret')
  })
})

describe('the command line', () => {
  test.each([
    [[], 'start'],
    [['start'], '--database-url'],
    [['org'], 'create'],
    [['org', 'create'], '--subdomain'],
    [['org', 'list'], '--token'],
    [['org', 'show'], '--json'],
    [['org', 'plan'], 'enterprise'],
    [['org', 'delete'], '--yes'],
    [['okta'], '--scenario'],
  ])('%j explains itself', async (command, word) => {
    const run = await rollcall([...command, '--help'])
    expect(run.code).toBe(0)
    expect(run.stdout).toContain(word)
  })

  test.each([
    [['okta'], 'ROLLCALL_KEY'],
    [['okta', '--key', 'k', '--people', 'none.csv'], 'cannot be read'],
    [['okta', '--key', 'k', '--people', 'none.csv', '--count', '3'], 'not both'],
    [['org', 'list'], 'ROLLCALL_OPERATOR_TOKEN'],
    [['org', 'list', '--token', 't', '--url', 'http://127.0.0.1:1'], 'no server answers'],
    [['okta', '--key', 'k', '--count', 'many'], 'whole number'],
    [['start', '--port', '70000'], 'whole number'],
    [['nonsense'], 'unknown command'],
  ])('%j is refused in a sentence', async (command, sentence) => {
    const run = await rollcall(command)
    expect(run.code).not.toBe(0)
    expect(run.stderr).toContain(sentence)
    expect(run.stderr).not.toContain('    at ')
  })
})
