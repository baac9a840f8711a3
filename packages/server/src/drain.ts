import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'

// An open connection that is silent so long has no request on its way.
const quietMs = 1_000

// Okta gives up after 60 s; whoever stops the process rarely waits as long.
const longestMs = 30_000

/**
 * Stops taking connections, answers every request that comes on the open ones and tells each client to leave.
 *
 * `server.close()` would cut connections that are idle for this instant, under the request that is on its way there.
 */
export async function drained(server: Server): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  server.headersTimeout = quietMs // to Node, a connection that never sent anything is one that still sends headers
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))
  // After a turn of the loop, in which what a busy process has not read yet stops being idle.
  const leave = setInterval(() => setImmediate(() => server.closeIdleConnections()), quietMs)
  const cut = setTimeout(() => server.closeAllConnections(), longestMs)
  await closed
  clearInterval(leave)
  clearTimeout(cut)
}
