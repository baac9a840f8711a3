import { durableStartParams } from '../../../../src/store/embedded/engine.ts'
import { serveDatabase } from '../../../../src/store/embedded/thread.ts'

// The database's thread with PostgreSQL's own choice of how to reach the disk, which does nothing in WebAssembly.
await serveDatabase({ startParams: [...durableStartParams, '-c', 'wal_sync_method=fdatasync'] })
