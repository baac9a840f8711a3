import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { Agent, request as sendRequest } from 'undici'
import { refusal, RemoteError, type Reply } from './remote-error.ts'
import type { UserBody } from './user-json.ts'

export type OktaRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Below the base URL, with its query. */
  readonly path: string
  readonly body?: UserBody
}

export type ClientOptions = {
  readonly baseUrl: string
  readonly token: string
  /** `bearer` puts the word before the token; `header` sends the token as it is. */
  readonly authorization: 'bearer' | 'header'
  /** How many sockets are open at once. */
  readonly connections: number
  /** How long one reply may take until the socket is closed. */
  readonly responseLimitMs: number
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  readonly signal: AbortSignal | undefined
  readonly onReply: (durationMs: number) => void
  readonly onWait: (wait: { readonly request: string; readonly seconds: number }) => void
}

export type OktaClient = {
  /** The reply, whatever its status but 429, for which the request is repeated as Okta repeats it. */
  readonly send: (request: OktaRequest) => Promise<Reply>
  readonly close: () => Promise<void>
}

const maximumAttempts = 10
const waitWithoutRetryAfterSeconds = 300

/** A connection to an app, with the headers, the patience and the manners of Okta's SCIM client. */
export function connect(options: ClientOptions): OktaClient {
  // The client's own clock below is the only one: undici's would give up on a slow body or header by itself.
  const agent = new Agent({ connections: options.connections, headersTimeout: 0, bodyTimeout: 0 })
  const stop = () => void agent.destroy()
  options.signal?.addEventListener('abort', stop, { once: true })

  return {
    send: (request) => sendPatiently(agent, options, request),
    close: async () => {
      options.signal?.removeEventListener('abort', stop)
      await agent.destroy()
    },
  }
}

async function sendPatiently(agent: Agent, options: ClientOptions, request: OktaRequest): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    const { reply, retryAfter } = await exchange(agent, options, request)
    if (reply.status !== 429) return reply
    if (attempt === maximumAttempts) throw refusal(reply)

    const seconds = readRetryAfter(retryAfter) * 2 ** (attempt - 1)
    options.onWait({ request: reply.request, seconds })
    await pause(options, seconds)
  }
}

async function pause({ sleep, signal }: ClientOptions, seconds: number): Promise<void> {
  try {
    await sleep(seconds * 1000, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** Okta reads whole seconds only; a date, anything else, or nothing means five minutes. */
function readRetryAfter(header: string | undefined): number {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : waitWithoutRetryAfterSeconds
}

type Exchange = { readonly reply: Reply; readonly retryAfter: string | undefined }

async function exchange(agent: Agent, options: ClientOptions, request: OktaRequest): Promise<Exchange> {
  options.signal?.throwIfAborted()
  const line = `${request.method} ${request.path}`
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), options.responseLimitMs)
  const startedAt = performance.now()
  try {
    const { statusCode, headers, body } = await sendRequest(`${options.baseUrl}${request.path}`, {
      method: request.method,
      headers: requestHeaders(options, request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      dispatcher: agent,
      signal: patience.signal,
    })
    const text = decode(Buffer.from(await body.arrayBuffer()), single(headers['content-encoding']))
    options.onReply(performance.now() - startedAt)
    return {
      reply: { request: line, status: statusCode, text, secrets: secretsOf(options, request) },
      retryAfter: single(headers['retry-after']),
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (patience.signal.aborted) {
      const seconds = options.responseLimitMs / 1000
      throw new RemoteError(`Read timed out: no whole reply within ${seconds} s`, { request: line }, { cause: error })
    }
    throw asNetworkError(error, line)
  } finally {
    clearTimeout(timer)
  }
}

function requestHeaders(options: ClientOptions, request: OktaRequest): Record<string, string> {
  return {
    Accept: 'application/scim+json',
    'Accept-Charset': 'utf-8',
    'Accept-Encoding': 'gzip,deflate',
    Authorization: options.authorization === 'bearer' ? `Bearer ${options.token}` : options.token,
    ...(request.body !== undefined && { 'Content-Type': 'application/scim+json; charset=utf-8' }),
    'User-Agent': 'Okta SCIM Client 1.0.0',
  }
}

function decode(bytes: Buffer, encoding = 'identity'): string {
  switch (encoding.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes).toString()
    case 'deflate':
      // Both are called deflate in the wild: with the zlib header, whose first byte holds method 8, and without.
      return (((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes) : inflateRawSync(bytes)).toString()
    default:
      return bytes.toString()
  }
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

function secretsOf({ token }: ClientOptions, { body }: OktaRequest): readonly string[] {
  const password = body?.['password']
  return typeof password === 'string' ? [token, password] : [token]
}

/** An error of the network or of the encoding as a failed task; anything else is a bug and comes back as it is. */
function asNetworkError(error: unknown, request: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  return new RemoteError(`Connection failed: ${error.message || String(error.code)}`, { request }, { cause: error })
}
