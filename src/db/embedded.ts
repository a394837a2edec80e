/**
 * The built-in PostgreSQL: a child process on a Unix socket inside the data directory, started,
 * watched, started again when it dies, and stopped by us. When our own process dies, even by
 * kill -9, the pipe it held closes and the server shuts down cleanly.
 */
import { closeSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { endOrphan, initialise, type Place, postmasterOf, preparePlace, USER } from './cluster.ts'
import { takeLock } from './lock.ts'
import { DATABASE, PORT, type Server, startServer } from './server.ts'
import { startProblem } from './start-problem.ts'

/** Where the server is, as `createDb` takes it, and its life in our hands. */
export type Embedded = {
  readonly socketDir: string
  readonly port: number
  readonly user: string
  readonly database: string
  /** Of the server that runs now; null while it is down. */
  readonly pid: number | null
  /** Ends the server (fast shutdown) and gives the directory free. */
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  /** Made when missing; the data is in `pg/18/` in it. */
  dataDir: string
  /** What the server and its keeper have to say, a line at a time. */
  log?: (line: string) => void
  /** Further `name=value` settings of PostgreSQL. */
  settings?: readonly string[]
  /** Told that the server ended by itself, and how. It is started again at once, with growing pauses. */
  onExit?: (how: string) => void
}

const AGAIN_MS = 100
const AGAIN_MS_MAX = 5_000
/** A server that lived this long did not die of its start. */
const STABLE_MS = 60_000

/** @throws Problem in words that say what to do, whatever went wrong */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  let dataDir = resolve(options.dataDir)
  let release = () => {}
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    dataDir = realpathSync(dataDir)
    release = (await takeLock(dataDir)).release
    const place = preparePlace(dataDir)
    const keeper = await keepRunning(place, dataDir, options)
    const { socketDir } = place
    return {
      socketDir,
      port: PORT,
      user: USER,
      database: DATABASE,
      get pid() {
        return postmasterOf(place.cluster)
      },
      async stop() {
        await keeper.stop()
        if (place.handle !== null) closeSync(place.handle)
        if (place.temporary) rmSync(place.temporary, { recursive: true, force: true })
        place.handle = null
        release()
      },
    }
  } catch (cause) {
    release()
    throw startProblem(cause, dataDir)
  }
}

/** Starts the server, and again whenever it ends without our asking. */
async function keepRunning(place: Place, dataDir: string, options: EmbeddedOptions) {
  const log = options.log ?? (() => undefined)
  const stopping = new AbortController()
  const { signal } = stopping
  const start = async (): Promise<Server> => {
    await endOrphan(place.cluster)
    await initialise(place)
    return startServer(place, options.settings ?? [], log)
  }
  let server: Server | null = await start()
  const keeping = keep()

  async function keep(): Promise<void> {
    let failures = 0
    while (server) {
      const began = performance.now()
      const how = await server.ended
      server = null
      if (signal.aborted) return
      if (performance.now() - began > STABLE_MS) failures = 0
      log(`The built-in PostgreSQL ended by itself (${how}); starting it again.`)
      options.onExit?.(how)
      while (!server && !signal.aborted) {
        const again = Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** failures)
        await pause(again, null, { signal }).catch(() => null)
        failures += 1
        if (!signal.aborted) server = await start().catch(told)
      }
      // Asked to stop while it was starting.
      if (signal.aborted) await server?.stop()
    }
  }

  function told(cause: unknown): null {
    log(startProblem(cause, dataDir).message)
    return null
  }

  return {
    async stop() {
      stopping.abort()
      await server?.stop()
      await keeping
    },
  }
}
