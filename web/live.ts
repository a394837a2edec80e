import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { asOfNow } from './offline.ts'

export type Live = { isConnected: boolean; lastAt: number }

/** Follows the log; whatever happens, what is on screen is asked for again. */
export function useLive(): Live {
  const client = useQueryClient()
  const [live, setLive] = useState<Live>({ isConnected: false, lastAt: Date.now() })
  useEffect(() => {
    const source = new EventSource('/api/v1/events')
    const refresh = gather(client)
    const alive = (): void => setLive({ isConnected: true, lastAt: Date.now() })
    source.onopen = () => {
      alive()
      refresh()
      // What is shown from before the network was gone is asked for again, whatever it is.
      if (asOfNow() !== null) void client.invalidateQueries()
    }
    for (const event of ['entry', 'ready'])
      source.addEventListener(event, () => {
        alive()
        refresh()
      })
    source.onerror = () => setLive((before) => ({ ...before, isConnected: false }))
    return () => source.close()
  }, [client])
  return live
}

/** A burst of entries is one refresh. */
function gather(client: QueryClient): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  return () => {
    timer ??= setTimeout(() => {
      timer = null
      void client.invalidateQueries({ queryKey: ['live'] })
    }, 120)
  }
}
