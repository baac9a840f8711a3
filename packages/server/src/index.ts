export { type RunningServer, type ServerOptions, startServer } from './server.ts'
export type { DatabaseOptions } from './store/connect.ts'
