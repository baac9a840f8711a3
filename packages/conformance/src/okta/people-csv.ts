import { CsvError, parse } from 'csv-parse/sync'
import { foldLogin, type Person, type ProfileAttribute, profileAttributes } from './person.ts'

/** A file of people that cannot be used; the message names the line. */
export class PeopleError extends Error {
  override readonly name = 'PeopleError'
  readonly line: number

  constructor(line: number, problem: string, options?: ErrorOptions) {
    super(`line ${line}: ${problem}`, options)
    this.line = line
  }
}

/**
 * The people in an Okta user export: a header with Okta's names of the columns, then a person a line. Columns that are
 * not of Okta's profile are ignored, empty fields are absent attributes.
 *
 * @throws PeopleError for text that is not CSV, a header without `login`, and a login that is missing or there twice,
 *   whatever its case
 */
export function readPeople(csvText: string): readonly Person[] {
  const [header, ...rows] = readRows(csvText)
  if (header === undefined) throw new PeopleError(1, 'a header with the names of the columns is missing')
  const columns = header.fields.map((name) => profileAttributes.find((attribute) => attribute === name.trim()))
  if (!columns.includes('login')) throw new PeopleError(header.line, 'the header has no column "login"')

  const lineOfLogin = new Map<string, number>()
  return rows.map(({ line, fields }) => {
    const person = readPerson(columns, fields)
    if (person === undefined) throw new PeopleError(line, 'login is missing')
    const earlier = lineOfLogin.get(foldLogin(person.login))
    if (earlier !== undefined) throw new PeopleError(line, `login "${person.login}" is already on line ${earlier}`)
    lineOfLogin.set(foldLogin(person.login), line)
    return person
  })
}

/** The people as an Okta user export: what `readPeople` reads. */
export function formatPeople(people: readonly Person[]): string {
  const rows = people.map((person) => profileAttributes.map((attribute) => formatField(person[attribute] ?? '')))
  return [profileAttributes, ...rows].map((fields) => `${fields.join(',')}\n`).join('')
}

type Row = { readonly line: number; readonly fields: readonly string[] }

function readRows(csvText: string): readonly Row[] {
  const rows: Row[] = []
  try {
    parse(csvText, {
      bom: true,
      skip_empty_lines: true,
      on_record: (fields: readonly string[], { lines }) => {
        rows.push({ line: lines, fields })
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new PeopleError(typeof error['lines'] === 'number' ? error['lines'] : 1, error.message, { cause: error })
  }
  return rows
}

function readPerson(columns: readonly (ProfileAttribute | undefined)[], fields: readonly string[]): Person | undefined {
  const { login, ...attributes } = Object.fromEntries(
    columns.flatMap((column, index) => (column !== undefined && fields[index] ? [[column, fields[index]]] : [])),
  ) as { readonly [name in ProfileAttribute]?: string }
  return login === undefined ? undefined : { login, ...attributes }
}

function formatField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
