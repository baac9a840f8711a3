import { STATUS_CODES } from 'node:http'
import type { Json } from '@rollcall/scim'
import { isList, isObject } from './user-json.ts'

/** What the app answered to one request; `text` is the decoded body. */
export type Reply = {
  /** Method and path: `GET /Users?startIndex=1&count=2`. */
  readonly request: string
  readonly status: number
  readonly text: string
  /** Never to be repeated: the token, and the password if the request carried one. */
  readonly secrets: readonly string[]
}

/** A task in Okta has failed; the message is what Okta shows to the administrator, without the name of the task. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly request: string
  /** Absent when no answer came. */
  readonly status: number | undefined

  constructor(
    message: string,
    exchange: { readonly request: string; readonly status?: number },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.request = exchange.request
    this.status = exchange.status
  }
}

/** The error for a reply whose status Okta does not take: `Conflict. Errors reported by remote server: …`. */
export function refusal(reply: Reply): RemoteError {
  const reason = STATUS_CODES[reply.status] ?? `Status ${reply.status}`
  const text = withhold(reportedText(reply), reply.secrets)
  return new RemoteError(`${reason}. Errors reported by remote server: ${text}`, reply)
}

/** The JSON of a reply, whatever its content type says. */
export function readJson(reply: Reply): Json {
  const json = parseJson(reply.text)
  if (json === undefined) throw new RemoteError(withhold(invalidJson(reply.text), reply.secrets), reply)
  return json
}

/** The error for an answer that is there but not as Okta needs it. */
export function unusable(reply: Reply, message: string): RemoteError {
  return new RemoteError(withhold(message, reply.secrets), reply)
}

function reportedText({ text }: Reply): string {
  if (text === '') return '(no body)'
  const body = parseJson(text)
  if (body === undefined) return invalidJson(text)
  if (isObject(body) && typeof body['detail'] === 'string') return shortened(body['detail'])
  if (isObject(body) && isList(body['errors']))
    return shortened(
      body['errors'].map((error) => (typeof error === 'string' ? error : JSON.stringify(error))).join('; '),
    )
  return shortened(JSON.stringify(body))
}

// The wording is that of the parser Okta uses; administrators search for it.
function invalidJson(text: string): string {
  const start = text.trimStart()
  if (start === '') return 'Invalid JSON: No content to map due to end-of-input'
  const word = /^[\p{L}\p{N}_$]+/u.exec(start)?.[0]
  if (word !== undefined) return `Invalid JSON: Unrecognized token '${shortened(word)}': ${expectedLiteral}`
  const character = String.fromCodePoint(start.codePointAt(0) ?? 0)
  return /[[{"]/.test(character)
    ? 'Invalid JSON: Unexpected end-of-input or character within a value'
    : `Invalid JSON: Unexpected character ('${character}' (code ${character.codePointAt(0)})): ${expectedValue}`
}

const expectedLiteral = "was expecting ('true', 'false' or 'null')"
const expectedValue = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')"

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function shortened(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

function withhold(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '(withheld)')), text)
}
