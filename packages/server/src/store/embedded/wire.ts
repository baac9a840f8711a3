/**
 * What this folder says and understands of PostgreSQL's wire protocol 3.0: a message is the letter of its type, four
 * bytes of length (its own included), and a body. The first message of a connection has no letter.
 */
const letter = (text: string) => text.charCodeAt(0)

export const terminate = letter('X')

export const query = (text: string) => message('Q', `${text}\0`)
export const copyFail = (reason: string) => message('f', `${reason}\0`)
export const sync = () => message('S', '')

/** A start-up packet of protocol 3.0. */
export function startup(parameters: { readonly [name: string]: string }): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`)
  const content = Buffer.from(`${pairs.join('')}\0`)
  const bytes = Buffer.alloc(8 + content.length)
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeInt32BE(protocolVersion, 4)
  content.copy(bytes, 8)
  return bytes
}

const protocolVersion = 0x0003_0000

function message(type: string, body: string): Buffer {
  const content = Buffer.from(body)
  const bytes = Buffer.alloc(5 + content.length)
  bytes.writeUInt8(letter(type), 0)
  bytes.writeInt32BE(4 + content.length, 1)
  content.copy(bytes, 5)
  return bytes
}

/** The end of the message that starts at `start`, undefined when `bytes` does not have all of it. */
export function endOfMessage(bytes: Buffer, start: number, form: 'startup' | 'typed' = 'typed'): number | undefined {
  const lengthAt = form === 'typed' ? start + 1 : start
  if (bytes.length < lengthAt + 4) return undefined

  const end = lengthAt + bytes.readInt32BE(lengthAt)
  return end <= bytes.length ? end : undefined
}

// The code where a start-up packet has its protocol version: a client that asks whether it may speak TLS.
const tlsRequestCode = 80_877_103

export const isTlsRequest = (startup: Buffer) => startup.length === 8 && startup.readInt32BE(4) === tlsRequestCode
export const tlsRefusal = Buffer.from('N')
