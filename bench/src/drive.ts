import { performance } from 'node:perf_hooks'
import { Client, type Dispatcher } from 'undici'
import type { RunningContestant } from './contestant.ts'

/** One request and what its answer must be. */
export type Exchange = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Below the SCIM base. */
  readonly path: string
  readonly body?: string
  readonly status: number
  /** Looks at the answer's text, and throws when it is not the right one. */
  accept(text: string): void
}

/** What a number of requests took. */
export type Drive = {
  readonly requests: number
  readonly seconds: number
  readonly latenciesMs: readonly number[]
}

/** Keep-alive connections to one contestant. */
export type Connections = {
  /** Sends `requests` exchanges, one at a time on each connection, and stops at the first wrong answer. */
  drive(requests: number, exchange: () => Exchange): Promise<Drive>
  close(): Promise<void>
}

const requestTimeoutMs = 60_000

export function connect(contestant: RunningContestant, count: number): Connections {
  const base = new URL(contestant.scimBaseUrl)
  const options: Client.Options = { headersTimeout: requestTimeoutMs, bodyTimeout: requestTimeoutMs }
  const clients = Array.from({ length: count }, () => new Client(base.origin, options))
  const headers = { authorization: `Bearer ${contestant.applicationKey}`, accept: 'application/scim+json' }
  const bodyHeaders = { ...headers, 'content-type': 'application/scim+json; charset=utf-8' }

  async function send(client: Client, exchange: Exchange): Promise<number> {
    const request: Dispatcher.RequestOptions = {
      method: exchange.method,
      path: base.pathname + exchange.path,
      headers: exchange.body === undefined ? headers : bodyHeaders,
      body: exchange.body ?? null,
    }
    const started = performance.now()
    const { statusCode, body } = await client.request(request)
    const text = await body.text()
    const latencyMs = performance.now() - started
    if (statusCode !== exchange.status) {
      throw new Error(`${exchange.method} ${exchange.path} gave ${statusCode}: ${text.slice(0, 300)}`)
    }
    exchange.accept(text)
    return latencyMs
  }

  return {
    async drive(requests, exchange) {
      const latenciesMs: number[] = []
      let left = requests
      const started = performance.now()
      const lanes = clients.map(async (client) => {
        while (left > 0) {
          left -= 1
          latenciesMs.push(await send(client, exchange()))
        }
      })
      // A wrong answer on one lane ends the others too.
      await Promise.all(lanes).finally(() => (left = 0))
      return { requests, seconds: (performance.now() - started) / 1000, latenciesMs }
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}
