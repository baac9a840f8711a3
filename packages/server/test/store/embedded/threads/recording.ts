import { workerData } from 'node:worker_threads'
import { realDisk } from '../../../../src/store/embedded/disk.ts'
import { serveDatabase } from '../../../../src/store/embedded/thread.ts'
import { newShadow } from '../shadow.ts'

// The database's thread, with a copy of all that has reached the disk in `<directory>.shadow`.
const directory: string = workerData.directory
const record = newShadow(directory, `${directory}.shadow`)

await serveDatabase({
  disk: {
    flush: (fd, path, kind) => {
      realDisk.flush(fd, path, kind)
      record(fd)
    },
  },
})
