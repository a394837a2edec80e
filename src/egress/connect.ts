import { connect, type Socket } from 'node:net'
import { type Failed, failed, reasonOf } from './failure.ts'

export const ADDRESSES_TRIED_MAX = 3

/** A connection to the first of the addresses that takes one, within `timeoutMs` for all of them. */
export async function connectTo(
  addresses: readonly string[],
  port: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Socket | Failed> {
  const tried = addresses.slice(0, ADDRESSES_TRIED_MAX)
  let last: Socket | Failed = failed('unreachable')
  for (const address of tried) {
    last = await connectOnce(address, port, timeoutMs / tried.length, signal)
    if (!('kind' in last) || signal?.aborted) break
  }
  return last
}

function connectOnce(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket | Failed> {
  if (signal?.aborted) return Promise.resolve(failed('aborted'))
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true })
    const settle = (result: Socket | Failed): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.removeListener('error', onError)
      // A connection that is given up may still fail, and nobody else listens.
      if (result !== socket) socket.on('error', () => {}).destroy()
      resolve(result)
    }
    const onAbort = (): void => settle(failed('aborted'))
    const onError = (error: Error): void => settle(failed(reasonOf(error, false, false)))
    const timer = setTimeout(() => settle(failed('timeout')), timeoutMs)
    signal?.addEventListener('abort', onAbort)
    socket.once('error', onError)
    socket.once('connect', () => settle(socket))
  })
}
