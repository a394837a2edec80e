/** The app as it is installed: its service worker, and builds that come while it is open. */
import { useSyncExternalStore } from 'react'

const LOOK_MS = 60 * 60_000
const listeners = new Set<() => void>()
let isOutdated = false

/** Only where browsers allow it: over https, or on this machine. */
export function startWorker(): void {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  // The first one that takes over is no new build.
  let hadOne = serviceWorker.controller !== null
  serviceWorker.addEventListener('controllerchange', () => {
    isOutdated = hadOne
    hadOne = true
    for (const listener of listeners) listener()
  })
  void serviceWorker.register('/sw.js').then(
    (registration) => {
      const look = (): void => void registration.update().catch(() => undefined)
      setInterval(look, LOOK_MS)
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') look()
      })
    },
    // A browser that forbids it works as before, without push and without the last state.
    () => undefined,
  )
}

/** What runs here is older than what the service worker has. */
export const useOutdated = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isOutdated,
  )
