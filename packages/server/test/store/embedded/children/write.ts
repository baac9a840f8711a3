import pg from 'pg'
import { openEmbedded } from '../../../../src/store/embedded/open.ts'

// Inserts one row after the other, and prints the number of each row once its commit has been acknowledged.
const [directory = ''] = process.argv.slice(2)
const db = await openEmbedded(directory)
const client = new pg.Client({ stream: db.stream })
await client.connect()
await client.query('create table if not exists written (number int primary key, padding text not null)')
const { rows } = await client.query<{ next: number }>('select coalesce(max(number), 0) + 1 as next from written')

for (let number = rows[0]?.next ?? 1; ; number++) {
  await client.query({ name: 'insert', text: 'insert into written values ($1, $2)', values: [number, 'x'.repeat(900)] })
  process.stdout.write(`${number}\n`)
}
