/**
 * The floor: what no server on this table can go below. Bare Fastify, no authentication, no validation, no protocol;
 * each request is one named statement, and the stored text is the answer.
 */
import { randomUUID } from 'node:crypto'
import fastify, { type FastifyReply } from 'fastify'
import pg from 'pg'
import { databaseUrl, sayReady, timeOrderedId } from './ready.ts'

type UserBody = { readonly userName: string; readonly externalId: string; readonly active: boolean }
type PatchBody = { readonly Operations: readonly [{ readonly value: { readonly active: boolean } }] }
type ListQuery = { readonly filter?: string; readonly count?: string; readonly cursor?: string }
type UserRow = { readonly id: string; readonly resource: string }

const orgId = randomUUID()
const firstId = '00000000-0000-0000-0000-000000000000'
const filterForm = /^userName (eq|co) "([^"]*)"$/

// Rollcall's own table of people with all of its indexes; the tables beside it are what the floor leaves out.
const schema = `
  create table organizations (id uuid primary key);
  insert into organizations values ('${orgId}');
  create table users (
    org_id uuid not null references organizations (id), id uuid not null, user_name_key text collate "C" not null, external_id text collate "C",
    active boolean not null, permissions text[] not null default '{}', version bigint not null,
    created_at timestamptz not null, updated_at timestamptz not null, resource text not null, search jsonb not null,
    primary key (org_id, id)
  );
  create unique index users_user_name on users (org_id, user_name_key);
  create index users_external_id on users (org_id, external_id);
  create index users_active on users (org_id, active, id);
  create index users_updated on users (org_id, updated_at, id)`

const statements = {
  create: `
    insert into users (org_id, id, user_name_key, external_id, active, version, created_at, updated_at, resource, search)
    values ($1, $2, $3, $4, $5, 1, now(), now(), $6, $7)`,
  read: `select resource from users where org_id = $1 and id = $2`,
  exists: `select resource from users where org_id = $1 and user_name_key = $2`,
  contains: `select resource from users where org_id = $1 and user_name_key like '%' || $2 || '%' limit 100`,
  page: `select id, resource from users where org_id = $1 and id > $2 order by id limit $3`,
  activate: `
    update users set active = $3, version = version + 1, updated_at = now(),
      resource = jsonb_set(resource::jsonb, '{active}', to_jsonb($3::boolean))::text,
      search = jsonb_set(search, '{active}', to_jsonb($3::boolean))
    where org_id = $1 and id = $2 returning resource`,
  replace: `
    update users set user_name_key = $3, external_id = $4, active = $5, version = version + 1, updated_at = now(),
      resource = $6, search = $7
    where org_id = $1 and id = $2`,
}

const pool = new pg.Pool({ connectionString: databaseUrl(), max: 16, idleTimeoutMillis: 0 })
await pool.query(schema)

const app = fastify()
app.addContentTypeParser('application/scim+json', { parseAs: 'string' }, (_request, body, done) => done(null, body))

app.post<{ Body: string }>('/scim/v2/Users', async ({ body }, reply) => {
  return answer(reply.code(201), await write('create', timeOrderedId(), body))
})

app.put<{ Params: { id: string }; Body: string }>('/scim/v2/Users/:id', async ({ params, body }, reply) => {
  return answer(reply, await write('replace', params.id, body))
})

app.patch<{ Params: { id: string }; Body: string }>('/scim/v2/Users/:id', async ({ params, body }, reply) => {
  const patch = JSON.parse(body) as PatchBody
  const [row] = await run('activate', [orgId, params.id, patch.Operations[0].value.active])
  return row === undefined ? reply.code(404).send() : answer(reply, row.resource)
})

app.get<{ Params: { id: string } }>('/scim/v2/Users/:id', async ({ params }, reply) => {
  const [row] = await run('read', [orgId, params.id])
  return row === undefined ? reply.code(404).send() : answer(reply, row.resource)
})

app.get<{ Querystring: ListQuery }>('/scim/v2/Users', async ({ query }, reply) => {
  const [, operator, value] = filterForm.exec(query.filter ?? '') ?? []
  if (operator === undefined) return answer(reply, await page(query))
  const rows = await run(operator === 'eq' ? 'exists' : 'contains', [orgId, value])
  return answer(reply, `{"totalResults":${rows.length},"Resources":[${rows.map((row) => row.resource).join()}]}`)
})

/** By the key alone, and without a total: the cursor of RFC 9865 in its cheapest form. */
async function page({ cursor, count }: ListQuery): Promise<string> {
  const rows = await run('page', [orgId, cursor ?? firstId, Number(count)])
  const next = rows.length === Number(count) ? `"nextCursor":"${rows.at(-1)?.id}",` : ''
  return `{${next}"Resources":[${rows.map((row) => row.resource).join()}]}`
}

async function write(statement: 'create' | 'replace', id: string, body: string): Promise<string> {
  const user = JSON.parse(body) as UserBody
  const resource = JSON.stringify({ ...user, id })
  await run(statement, [orgId, id, user.userName.toLowerCase(), user.externalId, user.active, resource, body])
  return resource
}

async function run(name: keyof typeof statements, values: readonly unknown[]): Promise<readonly UserRow[]> {
  const { rows } = await pool.query<UserRow>({ name, text: statements[name], values: [...values] })
  return rows
}

function answer(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/scim+json').send(text)
}

await app.listen({ host: '127.0.0.1', port: 0 })
sayReady(app.server, 'none')
