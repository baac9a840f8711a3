import { once } from 'node:events'
import { type RequestListener, type Server, createServer } from 'node:http'
import { ScimError, errorBody } from '@rollcall/scim'

// A filter of 8 KiB takes three times as much when every byte of it is percent-encoded.
const maxHeaderBytes = 64 * 1024

// Longer than any proxy in front keeps its side open, so that it is never this server that cuts a request off.
const keepAliveTimeoutMs = 75_000

// Who needs longer for the headers, or for a body of 1 MiB, holds the connection on purpose.
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000

// How often Node looks for them; its default of 30 s would make 40 of the 10.
const timeoutCheckMs = 1_000

/** A port that is held, and the address under which it is reached. */
export type Listening = {
  readonly server: Server
  readonly url: string
  /** Hands all requests from now on to the handler. */
  readonly open: (handler: RequestListener) => void
}

/**
 * Takes the port at once, so that a start which cannot have it fails before it does anything. Until it is opened,
 * requests are told to come again.
 */
export async function listening(host: string, port: number): Promise<Listening> {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveTimeoutMs,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: timeoutCheckMs,
  })
  server.on('request', comeAgain)
  server.listen(port, host)
  await once(server, 'listening')

  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return {
    server,
    url: `http://${reachable(host)}:${address.port}`,
    open: (handler) => {
      server.on('request', handler)
      server.off('request', comeAgain)
    },
  }
}

/** In the form of a SCIM error, which is what a client of this server most likely reads. */
const comeAgain: RequestListener = (_request, response) => {
  const refusal = errorBody(new ScimError(503, undefined, 'the server is starting; try again in a moment'))
  response.writeHead(503, { 'content-type': 'application/scim+json; charset=utf-8', 'retry-after': '1' })
  response.end(JSON.stringify(refusal))
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
