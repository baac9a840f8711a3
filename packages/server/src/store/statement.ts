/** What a parameter may be; arrays go as array literals. */
export type SqlValue = string | number | boolean | null | readonly string[]

/** One row's columns in PostgreSQL's text format, in the order of the select list. */
export type Columns = readonly (string | null)[]

/**
 * One SQL statement with its parameters and the reader of its rows.
 *
 * A `name` has the database keep the plan; only statements of a fixed text carry one, so that their number is bounded.
 */
export type Statement<Row> = {
  readonly name?: string
  readonly text: string
  readonly values: readonly SqlValue[]
  readonly read: (columns: Columns) => Row
  /** This very object is sent many times: its parameters are encoded once. */
  readonly reused?: true
  /** What a violation of a unique index by this statement means to the client. */
  readonly conflict?: () => Error
}

/** A statement whose rows nobody reads. */
export type Command = Statement<void>

export const ignoreRow = () => undefined

/** A column that the schema says is never null. */
export function text(value: string | null | undefined): string {
  if (value === null || value === undefined) throw new Error('a column that cannot be null was null')
  return value
}

export const flag = (value: string | null | undefined): boolean => text(value) === 't'

/** An int8 that is known to stay in the safe range: a count, a version. */
export const integer = (value: string | null | undefined): number => Number(text(value))

/** A timestamptz in ISO style, as the server prints it: `2026-01-02 03:04:05.678+00`. */
export function instant(value: string | null | undefined): Date {
  const date = new Date(text(value))
  if (Number.isNaN(date.getTime())) throw new Error(`not a timestamp: ${value}`)
  return date
}

/** A parameter in the text format of the wire. */
export function toWire(value: SqlValue): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'object') return arrayLiteral(value)
  return String(value)
}

function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}
