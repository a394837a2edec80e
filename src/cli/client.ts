/** The command line speaks HTTP like anybody else. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Problem as ProblemShown } from '../contract/views.ts'

export type Connection = { url: string; token: string | null }

const SAVED = join(homedir(), '.config', 'allclear', 'login.json')

/** `--url` and `--token`, the environment, or what was saved. */
export function connection(
  options: { url?: string; token?: string },
  env: NodeJS.ProcessEnv,
): Connection {
  const saved = existsSync(SAVED)
    ? (JSON.parse(readFileSync(SAVED, 'utf8')) as Partial<Connection>)
    : {}
  const local = `http://127.0.0.1:${env.ALLCLEAR_PORT ?? 3911}`
  return {
    url: (options.url ?? env.ALLCLEAR_URL ?? saved.url ?? local).replace(/\/+$/, ''),
    token: options.token ?? env.ALLCLEAR_TOKEN ?? saved.token ?? env.ALLCLEAR_ADMIN_TOKEN ?? null,
  }
}

export function save(found: Connection): void {
  mkdirSync(dirname(SAVED), { recursive: true })
  writeFileSync(SAVED, JSON.stringify(found), { mode: 0o600 })
}

/** A refusal by the server, with what it said. */
export class Refused extends Error {
  readonly status: number
  readonly problem: Partial<ProblemShown>
  constructor(status: number, problem: Partial<ProblemShown>) {
    super(problem.detail ?? `The server answered ${status}.`)
    this.status = status
    this.problem = problem
  }
}

/** The server cannot be reached. */
export class Unreachable extends Error {}

export async function call<T>(
  to: Connection,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await send(to, method, path, body)
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const value: unknown = isJson ? JSON.parse(text) : text
  if (!response.ok)
    throw new Refused(response.status, isJson ? (value as Partial<ProblemShown>) : {})
  return value as T
}

export async function send(
  to: Connection,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  try {
    return await fetch(`${to.url}${path}`, {
      method,
      headers: {
        'user-agent': 'allclear-cli/1',
        ...(to.token === null ? {} : { authorization: `Bearer ${to.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch {
    throw new Unreachable(
      `Nothing answers at ${to.url}. Is Allclear running? Name another address with --url or ALLCLEAR_URL.`,
    )
  }
}
