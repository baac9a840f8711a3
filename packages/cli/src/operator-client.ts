import { z } from 'zod'
import { CommandError } from './command-error.ts'

const organizationShape = z.object({
  id: z.string(),
  name: z.string(),
  subdomain: z.string(),
  plan: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

const oneShape = z.object({ organization: organizationShape })

const createdShape = oneShape.extend({ scimBaseUrl: z.string(), applicationKey: z.string(), setupUrl: z.string() })

const pageShape = z.object({ organizations: z.array(organizationShape), next: z.string().optional() })

const errorsShape = z.object({ errors: z.array(z.string()) })

export type Organization = z.infer<typeof organizationShape>

/** The operator's interface of a server, `/api/operator/v1`. Every failure is a CommandError. */
export function operatorClient(url: string, token: string) {
  const base = `${url}/api/operator/v1/organizations`

  const send = async (method: string, address: string, body?: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
    const response = await fetch(address, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(
      (cause: unknown) => {
        throw new CommandError(`no server answers at ${url}: ${causeOf(cause)}`)
      },
    )
    const text = await response.text()
    if (!response.ok) throw new CommandError(refusal(response.status, text), 1)
    return text === '' ? undefined : JSON.parse(text)
  }

  return {
    create: async (wanted: { readonly name: string; readonly subdomain: string; readonly plan: string }) =>
      createdShape.parse(await send('POST', base, wanted)),
    list: async (): Promise<readonly Organization[]> => {
      const all: Organization[] = []
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: z.infer<typeof pageShape> = pageShape.parse(
          await send('GET', after === '' ? base : `${base}?after=${after}`),
        )
        all.push(...page.organizations)
        after = page.next
      }
      return all
    },
    read: async (id: string) => oneShape.parse(await send('GET', `${base}/${encodeURIComponent(id)}`)).organization,
    changePlan: async (id: string, plan: string) =>
      oneShape.parse(await send('PATCH', `${base}/${encodeURIComponent(id)}`, { plan })).organization,
    remove: async (id: string): Promise<void> => {
      await send('DELETE', `${base}/${encodeURIComponent(id)}`)
    },
  }
}

function refusal(status: number, text: string): string {
  try {
    return errorsShape.parse(JSON.parse(text)).errors.join('; ')
  } catch {
    return `the server answered with status ${status}, which no Rollcall does: is the URL right?`
  }
}

/** fetch hides the reason of a refused connection in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
