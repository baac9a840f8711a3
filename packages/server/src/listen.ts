import { once } from 'node:events'
import { type Server, createServer } from 'node:http'

// A filter of 8 KiB takes three times as much when every byte of it is percent-encoded.
const maxHeaderBytes = 64 * 1024

// Longer than any proxy in front keeps its side open, so that it is never this server that cuts a request off.
const keepAliveTimeoutMs = 75_000

// Who needs longer for the headers, or for a body of 1 MiB, holds the connection on purpose.
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000

// How often Node looks for them; its default of 30 s would make 40 of the 10.
const timeoutCheckMs = 1_000

/** A server that holds its port and has no handler yet, and the address under which it is reached. */
export async function listening(
  host: string,
  port: number,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveTimeoutMs,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: timeoutCheckMs,
  })
  server.listen(port, host)
  await once(server, 'listening')

  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return { server, url: `http://${reachable(host)}:${address.port}` }
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
