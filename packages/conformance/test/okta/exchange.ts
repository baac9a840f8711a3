import { type OktaOptions, type OktaScenarioName, type Person, runOkta } from '@rollcall/conformance'
import { type Body, startScimServer, token } from '../support/scim-server.ts'

/** What Okta sends in one scenario, as a file tells it. */
export type ExchangeFile = {
  readonly about: string
  readonly scenario: OktaScenarioName
  readonly mode: OktaOptions['mode']
  readonly authorization: OktaOptions['authorization']
  readonly people: readonly Person[]
  /** Who is in the app before. */
  readonly users: readonly Body[]
  readonly requests: readonly {
    readonly method: string
    readonly path: string
    readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
    readonly body?: Body
  }[]
}

/** The requests of the scenario alone, without those of the scenarios that it builds on. */
export async function recordRequests(file: Omit<ExchangeFile, 'requests'>): Promise<ExchangeFile['requests']> {
  const server = await startScimServer({ users: file.users })
  let before = 0
  try {
    await runOkta({
      baseUrl: server.baseUrl,
      token,
      authorization: file.authorization,
      mode: file.mode,
      people: file.people,
      concurrency: 1,
      scenario: file.scenario,
      onProgress: (event) => {
        if (event.type === 'scenario-started' && event.scenario === file.scenario) before = server.requests.length
      },
    })
  } finally {
    await server.close()
  }
  return server.requests.slice(before).map(({ method, path, headers, body }) => {
    const { host: _host, 'content-length': _length, ...rest } = headers
    return { method, path, headers: rest, ...(body !== undefined && { body: withoutPassword(body) }) }
  })
}

function withoutPassword(body: Body): Body {
  return typeof body['password'] === 'string' && /^[A-Za-z0-9]{8}$/.test(body['password'])
    ? { ...body, password: '(eight random letters and digits)' }
    : body
}
