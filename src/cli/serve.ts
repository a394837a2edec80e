/** `allclear serve`: starts, says where, and stops cleanly on the signals that terminals and containers send. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { startApp, type Log } from '../app.ts'
import { readConfig } from '../config.ts'
import type { HttpDeps } from '../http/deps.ts'
import { Problem } from '../lib/problem.ts'

/** Where this program stands: the sources, or the one built file. */
const HERE = dirname(fileURLToPath(import.meta.url))

export const migrationsDirectory = (): string =>
  [join(HERE, 'migrations'), join(HERE, '../db/migrations')].find((path) =>
    existsSync(path),
  ) as string

export function version(): string {
  for (const path of [join(HERE, '../package.json'), join(HERE, '../../package.json')]) {
    if (existsSync(path))
      return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  }
  return '0'
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

export function readAssets(): HttpDeps['assets'] {
  const root = [join(HERE, 'web'), join(HERE, '../../dist/web')].find((path) => existsSync(path))
  const assets = new Map<string, { body: Buffer; type: string; isImmutable: boolean }>()
  if (root === undefined) return assets
  for (const file of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    const at = path.slice(root.length).replaceAll('\\', '/')
    assets.set(at, {
      body: readFileSync(path),
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      isImmutable: at.startsWith('/assets/'),
    })
  }
  return assets
}

export function createLog(level: string): Log {
  const logger = pino(
    { level, base: null, redact: ['password', 'secret', 'token', 'key'] },
    pino.destination({ dest: 2, sync: true }),
  )
  return (severity, what, detail) => logger[severity](detail ?? {}, what)
}

export async function serve(only: string): Promise<number> {
  const config = readConfig(process.env, only)
  const log = createLog(
    process.stdout.isTTY && config.logLevel === 'info' ? 'warn' : config.logLevel,
  )
  const app = await startApp({
    config,
    log,
    version: version(),
    migrations: migrationsDirectory(),
    assets: readAssets(),
  })
  process.stdout.write(`Allclear is ready: ${app.url || 'engine only'}\n`)
  if (app.setupUrl) process.stdout.write(`Set it up here (the link works once): ${app.setupUrl}\n`)
  return new Promise((done) => {
    let isStopping = false
    const stop = (): void => {
      if (isStopping) return
      isStopping = true
      void app.stop().then(() => done(0))
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  })
}

/** What to print for a failure, and how to end. */
export function explain(cause: unknown): string {
  if (cause instanceof Problem) return cause.message
  if ((cause as NodeJS.ErrnoException)?.code === 'EADDRINUSE')
    return 'The port is taken by another program. Choose another with ALLCLEAR_PORT.'
  if ((cause as NodeJS.ErrnoException)?.code === 'EACCES')
    return 'This port needs more rights. Choose one above 1023 with ALLCLEAR_PORT.'
  return cause instanceof Error ? cause.message : String(cause)
}
