/** The journey of one request: its URL, its addresses in turn, and the time it has for all of it. */
import { type Instant, SECOND } from '../lib/instant.ts'
import { ADDRESSES_TRIED_MAX } from './connect.ts'
import { type Answered, type EgressRequest, type EgressResponse, exchange } from './exchange.ts'
import { EgressError, type EgressFailure, type Failed, failed } from './failure.ts'
import type { Located, Locator } from './locate.ts'
import type { Pool } from './pool.ts'
import { parseTarget, type Target } from './target.ts'

export const TIMEOUT_MS_MAX = 10 * SECOND

export type CallerDeps = {
  pool: Pool
  locator: Locator
  mayUsePort: (host: string, port: number) => boolean
  clock: () => Instant
}

/** Rejects with an EgressError, and with nothing else. */
export function createCaller(deps: CallerDeps): (asked: EgressRequest) => Promise<EgressResponse> {
  return (asked) =>
    new Promise((resolve, reject) => {
      const settle = (result: Answered | Failed): void => {
        if (result.kind === 'failed') reject(new EgressError(result))
        else resolve(result.response)
      }
      const target = parseTarget(asked.url)
      if (!target) settle(failed('badUrl'))
      else if (!deps.mayUsePort(target.host, target.port)) settle(failed('blockedPort'))
      else call(deps, target, asked, settle)
    })
}

function call(
  deps: CallerDeps,
  target: Target,
  asked: EgressRequest,
  settle: (result: Answered | Failed) => void,
): void {
  const { signal } = asked
  const timeoutMs = Math.min(asked.timeoutMs ?? TIMEOUT_MS_MAX, TIMEOUT_MS_MAX)
  let isOver = false
  let stopExchange: ((reason: EgressFailure) => Failed) | null = null

  const finish = (result: Answered | Failed): void => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    settle(result)
  }
  const stop = (reason: EgressFailure): void =>
    finish(stopExchange ? stopExchange(reason) : failed(reason))
  const onAbort = (): void => stop(signal ? endedBy(signal) : 'aborted')
  const timer = setTimeout(stop, timeoutMs, 'timeout')
  signal?.addEventListener('abort', onAbort)

  const attempt = (located: Located | Failed, index: number): void => {
    if (located.kind === 'failed') finish(located)
    else if (signal?.aborted) finish(failed(endedBy(signal)))
    if (isOver || located.kind === 'failed') return
    const address = located.addresses[index] ?? ''
    const hasNext = index + 1 < Math.min(located.addresses.length, ADDRESSES_TRIED_MAX)
    const connectMs = hasNext ? timeoutMs / ADDRESSES_TRIED_MAX : null
    stopExchange = exchange(deps, { target, address, asked, connectMs }, (result) => {
      if (hasNext && result.kind === 'failed' && saysNothingOfTheNext(result)) {
        attempt(located, index + 1)
      } else finish(result)
    })
  }
  const known = deps.locator.known(target.host, target.port)
  if (known) attempt(known, 0)
  else void deps.locator.locate(target.host, target.port).then((located) => attempt(located, 0))
}

const CONNECTING: ReadonlySet<EgressFailure> = new Set([
  'connectionRefused',
  'unreachable',
  'timeout',
])

/** One address that takes no connection says nothing of the name's other addresses. */
const saysNothingOfTheNext = ({ reason, maybeDelivered }: Failed): boolean =>
  !maybeDelivered && CONNECTING.has(reason)

const endedBy = (signal: AbortSignal): EgressFailure =>
  signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? 'timeout' : 'aborted'
