/** How the app speaks to the server: the API that everybody has. */
import type { Problem } from '../src/contract/views.ts'
import { noteAnswer } from './offline.ts'

export class ApiError extends Error {
  readonly status: number
  readonly field: string | undefined
  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? 'The server does not answer.')
    this.status = status
    this.field = problem.field
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new ApiError(0, {})
  })
  noteAnswer(path, response)
  const text = await response.text()
  const value = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text
  if (!response.ok) throw new ApiError(response.status, value)
  return value as T
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, body)
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, body)
export const del = <T>(path: string): Promise<T> => call<T>('DELETE', path)
