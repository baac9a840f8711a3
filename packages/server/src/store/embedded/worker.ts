import { serveDatabase } from './thread.ts'

await serveDatabase()
