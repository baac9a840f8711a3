import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Reply } from './answers.ts'

export type Exchange = {
  readonly method?: string
  /** Exactly what stands in the request line, with nothing made tidy. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export type RawReply = Reply & {
  /** The body as it came. */
  readonly text: string
  /** The client's port of the connection: the same twice is the same connection. */
  readonly clientPort: number | undefined
}

/** Sends a request byte for byte, which `fetch` would make tidy or refuse to send. */
export async function exchange(url: string, options: Exchange): Promise<RawReply> {
  const { method, path, headers, body, agent = oneRequest } = options
  const { hostname, port } = new URL(url)
  const sent = request({ hostname, port, method, path, headers: headersOf(headers, body), agent })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const clientPort = response.socket.localPort
  sent.on('error', () => undefined) // who refuses a body early may close before all of it was sent

  const text = (await buffer(response)).toString('utf8')
  const replied = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  return { status: response.statusCode ?? 0, headers: replied, text, body: jsonOf(text), clientPort }
}

/** Keeps one connection to the server open, as the clients of identity providers do. */
export const oneConnection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })

const oneRequest = new Agent({ keepAlive: false })

function headersOf(headers: Exchange['headers'] = {}, body: Exchange['body']) {
  const isChunked = headers['transfer-encoding'] !== undefined
  const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return { ...length, ...headers } as Record<string, string | string[]>
}

/** Undefined for what is not JSON: a page, or nothing. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
