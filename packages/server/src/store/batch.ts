import { serialize } from 'pg-protocol'
import { type Statement, toWire } from './statement.ts'

/** What of pg's connection a submittable needs: it writes whole messages. */
type Wire = { readonly stream: { write: (bytes: Buffer) => void } }

/** An error of the database server, as pg reports it. */
export type DatabaseError = Error & { readonly code: string; readonly detail?: string; readonly constraint?: string }

/**
 * Tells a server's refusal (the connection lives on) from a broken connection: only the former has a severity.
 */
export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

const uniqueViolation = '23505'

// "cached plan must not change result type": a migration changed a column that a kept statement reads.
const stalePlan = '0A000'

type Names = Map<string, 'ready' | 'in doubt'>

/** Statements that a connection keeps by name; in doubt after an error between sending and answer. */
const preparedNames = new WeakMap<object, Names>()

/**
 * Several statements in one message to the server and one answer: one round trip, and outside of an explicit
 * transaction block one implicit transaction (all of the messages up to a Sync are one, PostgreSQL docs §55.2.3).
 *
 * A pg "submittable": `client.query(batch)`. After an error pg keeps what is sent next until the connection is free.
 */
export class Batch {
  readonly done: Promise<unknown[][]>
  readonly #statements: readonly Statement<unknown>[]
  readonly #rows: unknown[][]
  readonly #fresh: string[] = []
  #names: Names | undefined
  #at = 0
  #error: Error | undefined
  #resolve: (rows: unknown[][]) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(statements: readonly Statement<unknown>[]) {
    this.#statements = statements
    this.#rows = statements.map(() => [])
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Called by pg when the connection is free. */
  submit(connection: unknown): void {
    const wire = connection as Wire // pg hands its own connection to every submittable
    const names = namesOf(wire)
    this.#names = names
    const messages: Buffer[] = []
    for (const statement of this.#statements) {
      this.#prepare(statement, names, messages)
      // No Describe: each statement knows its columns, and all of them come as text.
      messages.push(bound(statement), execute)
    }
    messages.push(sync)
    wire.stream.write(Buffer.concat(messages))
  }

  #prepare({ name, text }: Statement<unknown>, names: Names, messages: Buffer[]): void {
    if (name === undefined) {
      messages.push(serialize.parse({ text }))
      return
    }
    const known = names.get(name)
    if (known === 'ready') return

    if (known === 'in doubt') messages.push(serialize.close({ type: 'S', name }))
    messages.push(serialize.parse({ name, text }))
    names.set(name, 'ready')
    this.#fresh.push(name)
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    if (this.#error) return
    try {
      this.#rows[this.#at]?.push(this.#statements[this.#at]?.read(message.fields))
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error))
    }
  }

  handleCommandComplete(): void {
    this.#at += 1
  }

  handleEmptyQuery(): void {
    this.#at += 1
  }

  handleRowDescription(): void {}

  handlePortalSuspended(): void {}

  handleError(error: Error): void {
    this.#error ??= this.#meaningOf(error)
    for (const name of this.#doubted(error)) this.#names?.set(name, 'in doubt')
    this.#reject(this.#error)
  }

  #doubted(error: Error): readonly string[] {
    if (!isDatabaseError(error) || error.code !== stalePlan) return this.#fresh
    return this.#statements.flatMap(({ name }) => (name === undefined ? [] : [name]))
  }

  /** The statement that failed is the first that did not complete. */
  #meaningOf(error: Error): Error {
    const conflict = this.#statements[this.#at]?.conflict
    return conflict && isDatabaseError(error) && error.code === uniqueViolation ? conflict() : error
  }

  /** Called by pg when all went well; after an error it no longer knows of this batch. */
  handleReadyForQuery(): void {
    if (this.#error) this.#reject(this.#error)
    else this.#resolve(this.#rows)
  }
}

function namesOf(wire: Wire): Names {
  const known = preparedNames.get(wire)
  if (known) return known
  const names: Names = new Map()
  preparedNames.set(wire, names)
  return names
}

const execute = serialize.execute()
const sync = serialize.sync()

/** The Bind messages of statements that are sent again and again. */
const boundBefore = new WeakMap<Statement<unknown>, Buffer>()

function bound(statement: Statement<unknown>): Buffer {
  const before = statement.reused ? boundBefore.get(statement) : undefined
  if (before) return before

  const { name, values } = statement
  const bind = serialize.bind({ ...(name !== undefined && { statement: name }), values: values.map(toWire) })
  if (statement.reused) boundBefore.set(statement, bind)
  return bind
}
