/** Whether what is shown are answers of before, kept by the service worker, and of when the oldest is. */
import { useSyncExternalStore } from 'react'
import { ANSWERS, AS_OF } from './worker/rules.ts'

const kept = new Map<string, string>()
const listeners = new Set<() => void>()
let asOf: string | null = null

export const asOfNow = (): string | null => asOf

/** Notes of each answer whether it is one of before. */
export function noteAnswer(path: string, response: Response): void {
  const at = response.headers.get(AS_OF)
  if (at === null) kept.delete(path)
  else kept.set(path, at)
  const oldest = [...kept.values()].sort()[0] ?? null
  if (oldest === asOf) return
  asOf = oldest
  for (const listener of listeners) listener()
}

export const useAsOf = (): string | null =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, asOfNow)

export const isToday = (at: string): boolean =>
  new Date(at).toDateString() === new Date().toDateString()

/** Nothing of it stays for whoever comes next. The service worker does the same when it sees a sign-out. */
export const forgetAnswers = async (): Promise<void> => {
  if ('caches' in globalThis) await caches.delete(ANSWERS)
}
