import { randomUUID } from 'node:crypto'
import type { AddressInfo, Server } from 'node:net'

/**
 * Says on the standard output that this contestant answers, in the form in which Rollcall says it, and ends the process
 * when the benchmark that started it is gone.
 */
export function sayReady(server: Server, applicationKey: string): void {
  const { port } = server.address() as AddressInfo
  const scimBaseUrl = `http://127.0.0.1:${port}/scim/v2`
  process.stdout.write(`${JSON.stringify({ event: 'ready', scimBaseUrl, applicationKey })}\n`)
  process.stdin.resume().once('end', () => process.exit(0))
}

/** The database that the benchmark made for this contestant. */
export function databaseUrl(): string {
  const url = process.env['DATABASE_URL']
  if (url === undefined) throw new Error('DATABASE_URL is missing')
  return url
}

/** A UUID of version 7 (RFC 9562): new rows then go to the end of the primary key, which is the cheapest place. */
export function timeOrderedId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
