/** A route as data: what it takes, what it gives, and who may use it. None can be made without its policy. */
import type { z } from '@hono/zod-openapi'
import type { Action, Principal } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { Actor } from '../timeline/entry.ts'
import type { HttpDeps } from './deps.ts'

/** Whoever stands at the door, and by which key they came. */
export type Caller = {
  who: Principal
  actor: Actor
  sessionId: string | null
  /** Their zone, for sentences with times. */
  timezone: string
}

export type Policy =
  /** Anybody; the reason is part of the route. */
  | { public: string }
  /** Somebody who may do this in general. The object itself is checked where it is loaded. */
  | { needs: Action }
  /** Anybody who is signed in, for what is their own. */
  | { signedIn: true }

export type Call<Params, Query, Body> = {
  deps: HttpDeps
  caller: Caller
  params: Params
  query: Query
  body: Body
  requestId: string
  headers: Headers
  /**
   * Runs in a transaction of the web pool, with the configuration of that moment as the caller may
   * see it; and with the whole of it, for names in what they were found to see otherwise.
   */
  read<T>(work: (tx: Tx, directory: Directory, whole: Directory) => Promise<T>): Promise<T>
}

export type Reply = {
  status?: number
  body?: unknown
  headers?: Record<string, string>
  text?: string
  /** A file, sent as it is read. */
  stream?: ReadableStream<Uint8Array>
}

export type Route = {
  method: 'get' | 'post' | 'put' | 'delete'
  /** As OpenAPI writes it: `/api/v1/alerts/{id}`. */
  path: string
  summary: string
  policy: Policy
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  reply: z.ZodType | null
  handle(call: Call<never, never, never>): Promise<Reply>
}

type Infer<S> = S extends z.ZodType ? z.infer<S> : Record<string, never>

/** Declares a route; its handler gets what its schemas let through. */
export function route<
  P extends z.ZodObject | undefined,
  Q extends z.ZodObject | undefined,
  B extends z.ZodType | undefined,
>(
  declared: Omit<Route, 'handle' | 'params' | 'query' | 'body'> & {
    params?: P
    query?: Q
    body?: B
    handle(call: Call<Infer<P>, Infer<Q>, Infer<B>>): Promise<Reply>
  },
): Route {
  return declared as unknown as Route
}
