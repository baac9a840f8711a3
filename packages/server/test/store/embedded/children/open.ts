import { openEmbedded } from '../../../../src/store/embedded/open.ts'

// Opens the directory, says what came of it, and keeps it until its input ends.
const [directory = ''] = process.argv.slice(2)
try {
  const db = await openEmbedded(directory)
  process.stdout.write('opened\n')
  for await (const _ of process.stdin) continue
  await db.close()
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
}
