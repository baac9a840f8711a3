import { expect } from 'vitest'
import { type Reply, expectRefusal } from './answers.ts'
import type { TestOrganization, TestServer } from './server.ts'

/** All users of an organization as one text. */
export async function everybody({ listUsers }: TestOrganization): Promise<string> {
  return JSON.stringify(await listUsers({ count: '1000' }))
}

/** Asks for a refusal that left everybody as they were. */
export async function expectRefused(
  organization: TestOrganization,
  send: () => Promise<Reply>,
  status: number,
  scimType?: string,
): Promise<void> {
  const before = await everybody(organization)
  expectRefusal(await send(), status, scimType)
  expect(await everybody(organization)).toBe(before)
}

/** The lines of the log that tell of a fault of the server. */
export function faultsOf({ log }: TestServer): readonly string[] {
  return log.filter((line) => /^\{"level":[56]0,/.test(line))
}
