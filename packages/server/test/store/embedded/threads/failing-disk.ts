import { existsSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { realDisk } from '../../../../src/store/embedded/disk.ts'
import { serveDatabase } from '../../../../src/store/embedded/thread.ts'

// The database's thread on a disk that fails as soon as there is a file `<directory>.failing`.
const failing = `${workerData.directory}.failing`

await serveDatabase({
  disk: {
    flush: (fd, path, kind) => {
      if (existsSync(failing)) throw new Error('EIO: i/o error, fdatasync')
      realDisk.flush(fd, path, kind)
    },
  },
})
