import { Duplex } from 'node:stream'
import type { EmbeddedDatabaseError } from './problem.ts'
import { endOfMessage, isTlsRequest, terminate, tlsRefusal } from './wire.ts'

/** What a connection needs of the engine's thread. */
export type Session = {
  /** Takes the session for this connection, until it ends; or says why it cannot. */
  readonly begin: () => EmbeddedDatabaseError | undefined
  /** Takes whole messages of the wire protocol; their buffer is given away. */
  readonly send: (messages: Uint8Array<ArrayBuffer>) => void
  /** Called once, when the client has said good-bye or went without: the session may be given to another. */
  readonly end: () => void
  /** Keeps the process alive, or no longer. */
  readonly ref: () => void
  readonly unref: () => void
}

/**
 * What `pg` takes for its socket: it writes requests of the wire protocol and reads the replies.
 *
 * Each burst of writes goes over as one batch of whole messages; an unfinished message waits for its rest.
 */
export class EmbeddedConnection extends Duplex {
  readonly #session: Session
  #pending: Buffer = Buffer.alloc(0)
  #state: 'new' | 'startup' | 'open' | 'ended' = 'new'

  constructor(session: Session) {
    super()
    this.#session = session
  }

  /** Called by `pg` with a port and a host, which mean nothing here. */
  connect(): this {
    const refusal = this.#session.begin()
    if (refusal !== undefined) return this.destroy(refusal)

    this.#state = 'startup'
    process.nextTick(() => this.emit('connect'))
    return this
  }

  /** Gives the reply of the engine to the client. */
  receive(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.destroyed) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    this.#session.ref()
    return this
  }

  unref(): this {
    this.#session.unref()
    return this
  }

  override _read(): void {
    // The engine's replies are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#forward(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#forward(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#end()
    done(error)
  }

  #forward(written: Buffer): void {
    if (this.#state === 'ended') return

    const bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, written]) : written
    const startupEnd = this.#state === 'startup' ? this.#forwardStartup(bytes) : 0
    const end = this.#state === 'open' ? endOfWholeMessages(bytes, startupEnd) : startupEnd
    this.#send(bytes.subarray(startupEnd, end))

    this.#pending = bytes.subarray(end)
    if (this.#state === 'open' && this.#pending[0] === terminate) this.#end()
  }

  /** Sends the start-up packet, once it is whole, and gives where it ends. */
  #forwardStartup(bytes: Buffer): number {
    const end = endOfMessage(bytes, 0, 'startup')
    if (end === undefined) return 0

    if (isTlsRequest(bytes.subarray(0, end))) {
      this.push(tlsRefusal)
    } else {
      this.#send(bytes.subarray(0, end))
      this.#state = 'open'
    }
    return end
  }

  #send(messages: Buffer): void {
    // A copy, because the client's buffer is part of a pool and cannot be given away.
    if (messages.length > 0) this.#session.send(new Uint8Array(messages))
  }

  #end(): void {
    if (this.#state === 'startup' || this.#state === 'open') this.#session.end()
    this.#state = 'ended'
    this.push(null)
  }
}

/** Where the last whole message ends. A Terminate is not counted: this side answers it. */
function endOfWholeMessages(bytes: Buffer, start: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== terminate) {
    const end = endOfMessage(bytes, at)
    if (end === undefined) break
    at = end
  }
  return at
}
