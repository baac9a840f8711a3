import type { FastifyInstance } from 'fastify'
import { looksLikeToken, tokenHash } from './access/token.ts'
import type { Database } from './store/database.ts'
import { setupLink } from './store/operators.ts'

/** The one-time set-up link of an organization. It is not used up by looking at it. */
export function setupRoutes(
  pages: FastifyInstance,
  { database, now }: { readonly database: Database; readonly now: () => Date },
): void {
  pages.get<{ Params: { secret: string } }>('/setup/:secret', async (request, reply) => {
    const { secret } = request.params
    const [[link]] = looksLikeToken(secret, ['setup'])
      ? await database.asOwner([setupLink(tokenHash(secret), now())])
      : [[]]
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    if (!link) return reply.code(404).send(page('This link is not valid', goneText))
    return reply.send(page(`Set up ${escaped(link.organizationName)}`, readyText))
  })
}

const goneText = 'It has been used, has expired, or was not copied whole. Ask who runs Rollcall for a new one.'

const readyText =
  'This server provisions people over SCIM already: give the SCIM Base URL and the application key to your identity ' +
  'provider. The console, where the first administrator is made with this link, is not part of this version yet; ' +
  'the link stays good until it is used or expires.'

const page = (title: string, text: string): string =>
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Rollcall</title></head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
