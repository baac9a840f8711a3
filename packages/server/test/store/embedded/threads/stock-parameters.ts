import { PGlite } from '@electric-sql/pglite'
import { serveDatabase } from '../../../../src/store/embedded/thread.ts'

// The database's thread as PGlite would start it: with fsync off.
await serveDatabase({ startParams: PGlite.defaultStartParams })
