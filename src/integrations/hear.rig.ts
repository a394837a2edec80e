/** What an ear or a listener is tried with: a provider, and a `hear` that writes down what it heard. */
import { type Provider, startProvider } from '../../test/rigs/provider.ts'
import { createEgress, type Egress } from '../egress/egress.ts'
import type { Hear, HookRequest, Reply, Said } from '../notify/reply.ts'

export type Stand = {
  provider: Provider
  egress: Egress
  heard: Reply[]
  hear: Hear
  /** What is said from now on; a function may throw. */
  says(next: Said | (() => Said)): void
}

export const NOW = Date.parse('2026-11-23T14:00:00.000Z')
const DONE: Said = { done: true, sentence: 'You have it. Nobody else is being paged.' }

export async function withStand(work: (stand: Stand) => Promise<void>): Promise<void> {
  const provider = await startProvider()
  const egress = createEgress({
    allow: '127.0.0.1',
    resolve: () => Promise.reject(new Error('no')),
  })
  const heard: Reply[] = []
  let next: Said | (() => Said) = DONE
  try {
    await work({
      provider,
      egress,
      heard,
      async hear(reply) {
        heard.push(reply)
        return typeof next === 'function' ? next() : next
      },
      says(said) {
        next = said
      },
    })
  } finally {
    egress.close()
    await provider.stop()
  }
}

export const hookRequest = (
  body: string | Uint8Array,
  headers: Record<string, string>,
  more: Partial<HookRequest> = {},
): HookRequest => ({
  method: 'POST',
  path: '',
  query: new URLSearchParams(),
  headers: new Headers(headers),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  publicUrl: 'https://allclear.example.com/hooks/vendor',
  now: NOW,
  ...more,
})
