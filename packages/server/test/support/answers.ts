import { errorSchema, listResponseSchema } from '@rollcall/scim'
import { expect } from 'vitest'
import { z } from 'zod'

/** What a server answered. */
export type Reply = {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the body, nothing taken for granted; undefined when there is none. */
  readonly body: unknown
}

const person = z.looseObject({
  schemas: z.array(z.string()),
  id: z.string(),
  userName: z.string(),
  active: z.boolean(),
  meta: z.strictObject({
    resourceType: z.literal('User'),
    created: z.iso.datetime(),
    lastModified: z.iso.datetime(),
    location: z.url(),
    version: z.string(),
  }),
})

/** A whole user as an answer has it: every attribute beside these may be asked for and is unknown. */
export type User = z.infer<typeof person>

/** The user of an answer that must be a success with a body. */
export function userIn(reply: Reply): User {
  expect(reply).toMatchObject({ status: expect.toSatisfy((status) => status === 200 || status === 201) })
  return person.parse(reply.body)
}

const page = z.strictObject({
  schemas: z.tuple([z.literal(listResponseSchema)]),
  totalResults: z.int(),
  startIndex: z.int(),
  itemsPerPage: z.int(),
  Resources: z.array(z.looseObject({ id: z.string(), schemas: z.array(z.string()) })),
})

/** A page of a list, complete and with JSON integers. */
export type Page = z.infer<typeof page>

/** The page of an answer that must be a success. */
export function pageIn(reply: Reply): Page {
  expect(reply).toMatchObject({ status: 200 })
  const list = page.parse(reply.body)
  expect(list.itemsPerPage).toBe(list.Resources.length)
  return list
}

const refusal = z.strictObject({
  schemas: z.tuple([z.literal(errorSchema)]),
  status: z.string(),
  scimType: z.string().optional(),
  detail: z.string().min(1),
})

export type Refusal = z.infer<typeof refusal>

/** The error of an answer, in SCIM's form (RFC 7644 §3.12): its status as a string, the same as in the status line. */
export function refusalIn(reply: Reply): Refusal {
  const error = refusal.parse(reply.body)
  expect(error.status).toBe(String(reply.status))
  expect(reply.headers.get('content-type')).toBe('application/scim+json; charset=utf-8')
  return error
}

/** Asks for an error of this status and keyword; `undefined`: without a keyword. */
export function expectRefusal(reply: Reply, status: number, scimType?: string): void {
  const { detail: _, schemas: __, ...error } = refusalIn(reply)
  expect(error).toEqual({ status: String(status), ...(scimType !== undefined && { scimType }) })
}
