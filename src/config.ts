/** The only reader of the environment. Every setting is optional; a wrong one is refused in words. */
import { Problem } from './lib/problem.ts'

export type Config = {
  host: string
  port: number
  /** Where mail that answers pages is taken, at the same host; null: nowhere. */
  mailPort: number | null
  dataDir: string
  databaseUrl: string | null
  publicUrl: string | null
  adminToken: string | null
  egressAllow: string
  secretKey: string | null
  /** Which parts run in this process. */
  only: 'all' | 'web' | 'engine' | 'ingest'
  preparedStatements: boolean
  logLevel: string
}

const ONLY = ['all', 'web', 'engine', 'ingest'] as const
export const ADMIN_TOKEN_MIN = 32

/** @throws Problem that names the variable */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  only = 'all',
): Config {
  const wrong = (name: string, sentence: string) =>
    new Problem('invalid', 'badSetting', `${name}: ${sentence}`, { field: name })
  const port = Number(env.ALLCLEAR_PORT ?? 3911)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw wrong('ALLCLEAR_PORT', 'not a port (0 to 65535).')
  const mailPort = env.ALLCLEAR_MAIL_PORT ? Number(env.ALLCLEAR_MAIL_PORT) : null
  if (mailPort !== null && (!Number.isInteger(mailPort) || mailPort < 0 || mailPort > 65_535))
    throw wrong('ALLCLEAR_MAIL_PORT', 'not a port (0 to 65535).')
  const adminToken = env.ALLCLEAR_ADMIN_TOKEN || null
  if (adminToken !== null && adminToken.length < ADMIN_TOKEN_MIN) {
    throw wrong(
      'ALLCLEAR_ADMIN_TOKEN',
      `too short: at least ${ADMIN_TOKEN_MIN} characters, for example from: openssl rand -hex 24`,
    )
  }
  const secretKey = env.ALLCLEAR_SECRET_KEY || null
  if (secretKey !== null && secretKey.length < 32)
    throw wrong('ALLCLEAR_SECRET_KEY', 'too short: at least 32 characters.')
  const databaseUrl = env.DATABASE_URL || null
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw wrong('DATABASE_URL', 'not a postgres:// address.')
  if (databaseUrl !== null && secretKey === null) {
    throw wrong(
      'ALLCLEAR_SECRET_KEY',
      'needed together with DATABASE_URL, so that all nodes share it.',
    )
  }
  const publicUrl = env.ALLCLEAR_PUBLIC_URL?.replace(/\/+$/, '') || null
  if (publicUrl !== null && !/^https?:\/\/[^\s/]+$/.test(publicUrl)) {
    throw wrong(
      'ALLCLEAR_PUBLIC_URL',
      'write an address without a path, such as https://pager.example.com',
    )
  }
  const found = ONLY.find((one) => one === only)
  if (!found) throw wrong('--only', `one of ${ONLY.join(', ')}.`)
  return {
    host: env.ALLCLEAR_HOST || '127.0.0.1',
    port,
    mailPort,
    dataDir: env.ALLCLEAR_DATA || './.allclear',
    databaseUrl,
    publicUrl,
    adminToken,
    egressAllow: env.ALLCLEAR_EGRESS_ALLOW ?? '',
    secretKey,
    only: found,
    preparedStatements: env.ALLCLEAR_PREPARED_STATEMENTS !== 'off',
    logLevel: env.ALLCLEAR_LOG ?? 'info',
  }
}
